using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>Queries that several requests share.</summary>
internal static class Drafts
{
    private const string RejectedState = "rejected";

    public static async Task<Dictionary<string, DraftDecision>> ReadAsync(IQueryable<DatasetDecision> decisions, CancellationToken ct) =>
        (await decisions.AsNoTracking().ToListAsync(ct)).ToDictionary(d => d.Hash, Of, StringComparer.Ordinal);

    public static DraftDecision Of(DatasetDecision decision) => new(decision.Hash, decision.Decision,
        decision.Row is null ? null : RowJson.Read<Row>(decision.Row), decision.Author, decision.Reason, decision.DecidedAt);

    /// <summary>The row of a hash; of several the one that is part of the dataset, else the first.</summary>
    public static async Task<DatasetExample?> FindAsync(PipelineDbContext db, Guid datasetId, string hash, CancellationToken ct) =>
        !IsHash(hash) ? null : await db.DatasetExamples.AsNoTracking().Where(e => e.DatasetId == datasetId && e.Hash == hash)
            .OrderBy(e => e.State == RejectedState).ThenBy(e => e.Ordinal).FirstOrDefaultAsync(ct);

    /// <summary>Whether any row can have it: a caller may send what Postgres cannot even compare.</summary>
    public static bool IsHash(string hash) => hash.Length is > 0 and <= 64 && hash.All(char.IsAsciiHexDigitLower);

    /// <summary>All rows of a dataset in order.</summary>
    public static async Task<IReadOnlyList<Row>> RowsAsync(PipelineDbContext db, Guid datasetId, CancellationToken ct)
    {
        List<Row> rows = new();
        await foreach (string row in db.DatasetExamples.AsNoTracking().Where(e => e.DatasetId == datasetId).OrderBy(e => e.Ordinal)
            .Select(e => e.Row).AsAsyncEnumerable().WithCancellation(ct))
            rows.Add(RowJson.Read<Row>(row));
        return rows;
    }
}
