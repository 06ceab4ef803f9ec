using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing;
using Pipeline.Jobs.Dataset.Writing.Calls;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Dataset;

/// <summary>Writes the rows of a chunk: by phrasings, and by a language model where the run has one.</summary>
internal sealed class WriteRows(IDbContextFactory<PipelineDbContext> contexts, IDatasetRules rules, ChunkModels models) : IStageHandler
{
    public string? QueueOf(RunOptions options) => ChunkModels.QueueOf(options);

    public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        ChunkWork work = await ChunkWork.ReadAsync(db, claim, ct);
        IReadOnlyList<Fact> facts = work.Facts;
        IReadOnlyList<Row> phrased = await Task.Run(() => rules.Rows(work.Chunk, facts), ct);
        Chunk? neighbour = work.Options.Dataset.Writing.Endpoint is null ? null : await NeighbourAsync(db, work, ct);
        WrittenRows written = await models.WithAsync(work, claim, model => model.RowsAsync(work.Chunk, facts, neighbour, ct),
            new WrittenRows([], CallCounts.None), ct);
        Row[] rows = [.. phrased, .. written.Rows];
        await work.CompleteAsync(claim, row => row.Rows = RowJson.Write<IReadOnlyList<Row>>(rows), written.Counts, ct);
        return $"{claim.Item.Key}: {rows.Length} rows";
    }

    /// <summary>The next section of the same document, to compare with.</summary>
    private static async Task<Chunk?> NeighbourAsync(PipelineDbContext db, ChunkWork work, CancellationToken ct)
    {
        DatasetChunk own = work.Stored;
        string? json = await db.DatasetChunks.Where(c =>
                c.RunId == own.RunId && c.DocumentSha256 == own.DocumentSha256 && string.Compare(c.Key, own.Key) > 0)
            .OrderBy(c => c.Key).Select(c => c.Chunk).FirstOrDefaultAsync(ct);
        return json is not null && RowJson.Read<Chunk>(json) is { } next && next.Section != work.Chunk.Section ? next : null;
    }
}
