using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Train;
using DatasetRow = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Jobs.Publish;

/// <summary>Puts the adapter folder of a run in place and its row into the registry. An adapter that was reused keeps its name.</summary>
/// <param name="ItemId">The item to claim.</param>
public sealed record PublishAdapter(Guid ItemId) : IRequest;

internal sealed class PublishAdapterHandler(
    StageRunner stages, IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, IAdapterTraining trainings, TimeProvider time)
    : IRequestHandler<PublishAdapter>
{
    public async ValueTask<Unit> Handle(PublishAdapter request, CancellationToken cancellationToken)
    {
        await stages.RunAsync(request.ItemId, PublishAsync, cancellationToken);
        return default;
    }

    private async Task<string> PublishAsync(ItemClaim claim, CancellationToken ct)
    {
        await using DatasetScope scope = await DatasetScope.OpenAsync(contexts, claim, ct);
        (PipelineDbContext db, Run run, RunOptions options, DatasetRow dataset) = scope;
        Training training = await scope.TrainingAsync(ct);
        Evaluation? evaluation = await db.Evaluations.AsNoTracking().SingleOrDefaultAsync(e => e.Id == run.EvaluationId, ct);

        (string name, Adapter? earlier) = await NameAsync(db, AdapterName.From(run.Name), training.Id, ct);
        string folder = RunFolders.Adapter(storage, name);
        AdapterReport report = new(run, options, dataset, training, evaluation);
        await PlaceAsync(folder, training, report, name, ct);

        Adapter adapter = earlier ?? new Adapter(name, run.Id, training.Id, training.BaseModel, folder, trainings.Check(options.Training, training.BaseModel), time.GetUtcNow());
        await claim.CompleteAsync(async (work, token) =>
        {
            if (earlier is null) work.Adapters.Add(adapter);
            (await work.Runs.SingleAsync(r => r.Id == run.Id, token)).AdapterId = adapter.Id;
        }, fromCache: earlier is not null, ct);
        string workFolder = storage.WorkFolder(run.Id);
        if (Directory.Exists(workFolder)) Directory.Delete(workFolder, recursive: true);
        return $"{name} in {folder}";
    }

    /// <summary>
    /// The wished name, numbered when another training has it. Two runs that choose at once meet at the unique index; the later
    /// one is tried again.
    /// </summary>
    private static async Task<(string Name, Adapter? Earlier)> NameAsync(PipelineDbContext db, string wish, Guid trainingId, CancellationToken ct)
    {
        for (int number = 1; ; number++)
        {
            string name = number == 1 ? wish : $"{wish}-{number}";
            Adapter? taken = await db.Adapters.AsNoTracking().SingleOrDefaultAsync(a => a.Name == name, ct);
            if (taken is null || taken.TrainingId == trainingId) return (name, taken);
        }
    }

    private async Task PlaceAsync(string folder, Training training, AdapterReport report, string name, CancellationToken ct)
    {
        string building = folder + "." + Guid.NewGuid().ToString("N")[..8] + ".tmp";
        Directory.CreateDirectory(building);
        try
        {
            await storage.Artifacts.RestoreFolderAsync(training.Files, building, ct);
            await report.WriteAsync(building, name, ct);
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);       // a delivery that was cut short, or the same adapter again
            Directory.Move(building, folder);
        }
        finally
        {
            if (Directory.Exists(building)) Directory.Delete(building, recursive: true);
        }
    }
}
