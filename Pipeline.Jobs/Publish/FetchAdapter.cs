using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Models;

namespace Pipeline.Jobs.Publish;

/// <summary>
/// The folder of a published adapter on this machine, or null when there is no such adapter. When another machine with a data folder of
/// its own published it, its files come from the artifact store.
/// </summary>
/// <param name="Name">The adapter's own name.</param>
public sealed record FetchAdapter(string Name) : IRequest<string?>;

internal sealed class FetchAdapterHandler(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage)
    : IRequestHandler<FetchAdapter, string?>
{
    public async ValueTask<string?> Handle(FetchAdapter request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Adapter? adapter = await db.Adapters.AsNoTracking().SingleOrDefaultAsync(a => a.Name == request.Name, cancellationToken);
        if (adapter is null) return null;
        string folder = RunFolders.Adapter(storage, adapter.Name, adapter.Path);
        if (!Directory.Exists(folder)) await PlaceAsync(db, adapter, folder, cancellationToken);
        return folder;
    }

    private async Task PlaceAsync(PipelineDbContext db, Adapter adapter, string folder, CancellationToken ct)
    {
        Training training = await db.Trainings.AsNoTracking().SingleAsync(t => t.Id == adapter.TrainingId, ct);
        if (training.Files.Count == 0) throw new InputException(
            $"adapter {adapter.Name}: its folder {adapter.Path} is gone, and its files were never stored; train it again");
        (Run run, RunOptions options) = await RunScope.ReadAsync(db, adapter.RunId, ct);
        Data.Entities.Dataset dataset = await db.Datasets.AsNoTracking().SingleAsync(d => d.Id == run.DatasetId, ct);
        Evaluation? evaluation = await db.Evaluations.AsNoTracking().SingleOrDefaultAsync(e => e.Id == run.EvaluationId, ct);
        string building = folder + "." + Guid.NewGuid().ToString("N")[..8] + ".tmp";
        Directory.CreateDirectory(building);
        try
        {
            await new PublishedAdapter(run, options, dataset, training, evaluation)
                .BuildAsync(storage.Artifacts, adapter.Name, building, ct);
            Directory.Move(building, folder);
        }
        catch (IOException) when (Directory.Exists(folder) && Directory.Exists(building)) { }      // another request put it there meanwhile
        finally
        {
            if (Directory.Exists(building)) Directory.Delete(building, recursive: true);
        }
    }
}
