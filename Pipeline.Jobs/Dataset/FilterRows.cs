using System.Text;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing.Calls;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Dataset;

/// <summary>Looks at the rows of the whole run together: duplicates, contradictions, balance, what must not be trained on.</summary>
internal sealed class FilterRows(
    IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, IDatasetRules rules) : IStageHandler
{
    public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        (Run run, RunOptions options) = await RunScope.ReadAsync(db, claim.Item.RunId, ct);
        List<Row> rows = [];
        List<Fact> facts = [];
        List<Chunk> chunks = [];
        CallCounts calls = CallCounts.None;
        int without = 0;
        await foreach (DatasetChunk stored in db.DatasetChunks.AsNoTracking().Where(c => c.RunId == run.Id).OrderBy(c => c.Key)
            .AsAsyncEnumerable().WithCancellation(ct))
        {
            ChunkWork work = new(stored, options);
            chunks.Add(work.Chunk);
            facts.AddRange(work.Facts);
            calls += work.Counts;
            if (stored.Verified is { } verified) rows.AddRange(RowJson.Read<IReadOnlyList<Row>>(verified));
            else without++;
        }
        IReadOnlyList<string> excluded = await RunFiles.ReadExcludedAsync(run, options, ct);
        IReadOnlyList<Row> filtered = await Task.Run(() => rules.Filter(rows, facts, chunks, excluded, options, ct), ct);
        Filtered counts = Filtered.Of(facts, calls, without);
        StoredArtifact[] files =
        [
            await PutAsync(string.Concat(filtered.Select(row => RowJson.Write(row) + "\n")), ct),
            await PutAsync(RowJson.Write(counts), ct),
        ];
        await claim.CompleteAsync(async (work, token) =>
        {
            await work.RegisterArtifactsAsync(files, token);
            await RunWorkFiles.SetAsync(work, run.Id, token, (Filtered.RowsFile, files[0].Sha256), (Filtered.File, files[1].Sha256));
        }, fromCache: false, ct);
        return $"{filtered.Count(row => row.State != RowState.Rejected)} of {filtered.Count} rows kept";
    }

    private Task<StoredArtifact> PutAsync(string text, CancellationToken ct) =>
        storage.Artifacts.PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(text)), ct);
}
