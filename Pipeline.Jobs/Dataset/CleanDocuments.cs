using System.Globalization;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Split;
using Pipeline.Jobs.Orchestration;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset;

/// <summary>
/// Cuts the documents of a run into clean chunks, each a part of the stages that follow. All documents at once, because text that several
/// of them repeat can only be seen then.
/// </summary>
internal sealed class CleanDocuments(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, RunDocumentSources sources,
    IDatasetRules rules) : IStageHandler
{
    public Task ForgetAsync(PipelineDbContext db, Guid runId, CancellationToken ct) =>
        db.DatasetChunks.Where(c => c.RunId == runId).ExecuteDeleteAsync(ct);

    public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        (Run run, RunOptions options) = await RunScope.ReadAsync(db, claim.Item.RunId, ct);
        string folder = Path.Combine(storage.WorkFolder(run.Id), $"clean-{claim.Item.Attempt}");
        try
        {
            IReadOnlyList<DatasetSource> documents = await sources.ReadAsync(db, claim, options, folder, ct);
            (IReadOnlyList<Chunk> chunks, Cleaned cleaned) = await Task.Run(() => rules.Clean(documents, options, ct), ct);
            // Now, because no later stage would have a part to say it of.
            if (chunks.Count == 0) throw new InputException(FinishedDataset.Nothing(cleaned.Into(new FunnelBuilder()).Build()));
            DatasetChunk[] rows = [.. chunks.Select((chunk, i) => new DatasetChunk
            {
                RunId = run.Id,
                Key = string.Create(CultureInfo.InvariantCulture, $"{i + 1:D6}-{chunk.Id[..Math.Min(12, chunk.Id.Length)]}"),
                DocumentSha256 = chunk.DocumentSha256,
                Chunk = RowJson.Write(chunk),
            })];
            StoredArtifact counts = await storage.Artifacts.PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(RowJson.Write(cleaned))), ct);
            await claim.CompleteAsync(async (work, token) =>
            {
                await work.RegisterArtifactsAsync([counts], token);
                await work.DatasetChunks.Where(c => c.RunId == run.Id).ExecuteDeleteAsync(token);
                work.DatasetChunks.AddRange(rows);
                await RunWorkFiles.SetAsync(work, run.Id, token, (Cleaned.File, counts.Sha256));
            }, fromCache: false, ct, [.. rows.Select(row => new StagePart(Stages.Facts, row.Key))]);
            return $"{chunks.Count} chunks of {documents.Count} documents; {cleaned.CharactersKept} of {cleaned.Characters} characters";
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
