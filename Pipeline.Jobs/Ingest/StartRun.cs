using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Publish;
using Pipeline.Jobs.Train.Engines;

namespace Pipeline.Jobs.Ingest;

/// <summary>First stage of a run: checks what the later stages need, stores the documents of the folder, and opens one extraction per document.</summary>
/// <param name="ItemId">The item to claim.</param>
public sealed record StartRun(Guid ItemId) : IRequest;

internal sealed class StartRunHandler(StageRunner stages, IDbContextFactory<PipelineDbContext> contexts, IArtifactStore artifacts, TrainingEngines engines) : IRequestHandler<StartRun>
{
    public async ValueTask<Unit> Handle(StartRun request, CancellationToken cancellationToken)
    {
        await stages.RunAsync(request.ItemId, IngestAsync, cancellationToken);
        return default;
    }

    private async Task<string> IngestAsync(ItemClaim claim, CancellationToken ct)
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
        foreach (string path in paths)
        {
            await using FileStream file = new(Path.Combine(folder, path), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
            registry.Add(path, await artifacts.PutAsync(file, ct));
            claim.Report(registry.Count, paths.Length);
        }
        await claim.CompleteAsync(async (db, token) =>
        {
            await registry.StoreContentAsync(db, token);
            db.RunDocuments.AddRange(registry.Documents);
        }, fromCache: false, ct);
        return $"{registry.Count} documents";
    }

    /// <summary>Refuses now what would fail after an hour of extraction.</summary>
    private async Task<RunScope> CheckAsync(Guid runId, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        RunScope scope = await RunScope.ReadAsync(db, runId, ct);
        RunModels.CheckAll(scope.Options);
        engines.Of(scope.Options.Train.Engine).Check(scope.Options.Training, scope.Options.BaseModel);
        await ServedNames.CheckAsync(db, scope.Options, ct);
        return scope;
    }
}
