using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing.Calls;

namespace Pipeline.Jobs.Dataset;

/// <summary>The chunk of a claimed part, and what earlier stages made of it.</summary>
/// <param name="Stored">Its row, not tracked.</param>
/// <param name="Options">Settings of the run.</param>
internal sealed record ChunkWork(DatasetChunk Stored, RunOptions Options)
{
    public Chunk Chunk { get; } = RowJson.Read<Chunk>(Stored.Chunk);

    public IReadOnlyList<Fact> Facts => Stored.Facts is { } facts ? RowJson.Read<IReadOnlyList<Fact>>(facts) : [];

    public IReadOnlyList<Row> Rows => Stored.Rows is { } rows ? RowJson.Read<IReadOnlyList<Row>>(rows) : [];

    public CallCounts Counts => Stored.Counts is { } counts ? RowJson.Read<CallCounts>(counts) : CallCounts.None;

    /// <summary>Tokens that this part used, for its share of the budget.</summary>
    public long Used => Counts.PromptTokens + Counts.ReplyTokens;

    public static async Task<ChunkWork> ReadAsync(PipelineDbContext db, ItemClaim claim, CancellationToken ct)
    {
        (_, RunOptions options) = await RunScope.ReadAsync(db, claim.Item.RunId, ct);
        return new ChunkWork(await db.DatasetChunks.AsNoTracking()
            .SingleAsync(c => c.RunId == claim.Item.RunId && c.Key == claim.Item.Key, ct), options);
    }

    /// <summary>Stores what the stage made of it together with the end of the claim.</summary>
    public Task CompleteAsync(ItemClaim claim, Action<DatasetChunk> change, CallCounts counts, CancellationToken ct) =>
        claim.CompleteAsync(async (work, token) =>
        {
            DatasetChunk row = await work.DatasetChunks.SingleAsync(c => c.RunId == Stored.RunId && c.Key == Stored.Key, token);
            change(row);
            row.Counts = RowJson.Write(Counts + counts);
        }, fromCache: counts is { Made: 0, Cached: > 0 }, ct);
}
