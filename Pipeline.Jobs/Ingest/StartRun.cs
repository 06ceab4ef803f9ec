using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Train.Engines;

namespace Pipeline.Jobs.Ingest;

/// <summary>
/// First stage of a run: checks what the later stages need, stores the documents of the folder, and opens one extraction per document.
/// </summary>
internal sealed class StartRun(
    IDbContextFactory<PipelineDbContext> contexts, IArtifactStore artifacts, TrainingEngines engines, RunOptionsChecks checks)
    : IStageHandler
{
    private const int FilesAtOnce = 8;

    public string? Describe(RunSummary run) => $"{run.Documents.Total} documents";

    public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
    {
        (Run run, RunOptions options) = await CheckAsync(claim.Item.RunId, ct);
        if (run.SourceFolder is null)
        {
            await claim.CompleteAsync((_, _) => Task.CompletedTask, fromCache: false, ct);
            return "uploaded documents";
        }
        DocumentRegistry registry = new(run.Id);
        string folder = FolderRuns.Check(run.SourceFolder);
        string[] paths = [.. PdfFolder.Find(folder)];
        StoredArtifact[] stored = new StoredArtifact[paths.Length];
        int done = 0;
        // Files are stored in parallel, since each waits for disk or network; the documents still keep the folder's order.
        await Parallel.ForAsync(0, paths.Length, new ParallelOptions { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = ct },
            async (i, token) =>
        {
            await using FileStream file = new(Path.Combine(folder, paths[i]), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16,
                FileOptions.Asynchronous | FileOptions.SequentialScan);
            stored[i] = await artifacts.PutAsync(file, token);
            claim.Report(Interlocked.Increment(ref done), paths.Length);
        });
        foreach ((string path, StoredArtifact artifact) in paths.Zip(stored)) registry.Add(path, artifact);
        await claim.CompleteAsync(async (db, token) =>
        {
            await registry.StoreContentAsync(db, token);
            db.RunDocuments.AddRange(registry.Documents);
        }, fromCache: false, ct);
        return $"{registry.Count} documents";
    }

    /// <summary>
    /// Rejects early what would fail after an hour of extraction: this machine may lack models or programs that the accepting one had.
    /// </summary>
    private async Task<RunScope> CheckAsync(Guid runId, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        RunScope scope = await RunScope.ReadAsync(db, runId, ct);
        await checks.CheckAsync(scope.Options, ct);
        engines.Of(scope.Options.Train.Engine).RequirePrerequisites();
        return scope;
    }
}
