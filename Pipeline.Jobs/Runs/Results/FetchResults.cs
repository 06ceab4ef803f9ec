using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Publish;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>Fetches the folders named in a run's summary to this machine when another one made them.</summary>
/// <param name="RunId">The run.</param>
public sealed record FetchResults(Guid RunId) : IRequest;

internal sealed class FetchResultsHandler(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, ISender sender)
    : IRequestHandler<FetchResults>
{
    public async ValueTask<Unit> Handle(FetchResults request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Run run = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == request.RunId, cancellationToken);
        if (run.DatasetId is { } datasetId && !Directory.Exists(RunFolders.Dataset(storage, run.Id)))
        {
            Data.Entities.Dataset dataset = await db.Datasets.AsNoTracking().SingleAsync(d => d.Id == datasetId, cancellationToken);
            await storage.Artifacts.RestoreFolderAsync(dataset.Files, RunFolders.Dataset(storage, run.Id), cancellationToken);
        }
        if (run.ReportFiles.Count > 0 && !Directory.Exists(RunFolders.Report(storage, run.Id)))
            await storage.Artifacts.RestoreFolderAsync(run.ReportFiles, RunFolders.Report(storage, run.Id), cancellationToken);
        if (run.AdapterId is { } adapterId)
            await sender.Send(new FetchAdapter(await db.Adapters.Where(a => a.Id == adapterId).Select(a => a.Name)
                .SingleAsync(cancellationToken)), cancellationToken);
        return default;
    }
}
