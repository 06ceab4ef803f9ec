using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Served;
using Pipeline.Models.Lora;
using Pipeline.Models.Training.Outputs;
using DatasetRow = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Jobs.Publish;

/// <summary>
/// Puts the adapter folder of a run in place and its row into the registry, and decides whether it takes over the name that the run
/// serves. An adapter that was reused keeps its name.
/// </summary>
internal sealed class PublishAdapter(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, AdapterPromoter promoter,
    TimeProvider time)
    : IStageHandler
{
    public string? Describe(RunSummary run) => run.Adapter;

    public Task ForgetAsync(PipelineDbContext db, Guid runId, CancellationToken ct) =>
        db.Runs.Where(r => r.Id == runId).ExecuteUpdateAsync(runs => runs.SetProperty(r => r.AdapterId, (Guid?)null), ct);

    public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
    {
        await using DatasetScope scope = await DatasetScope.OpenAsync(contexts, claim, ct);
        (PipelineDbContext db, Run run, RunOptions options, DatasetRow dataset) = scope;
        Training training = await scope.TrainingAsync(ct);
        Evaluation? evaluation = await db.Evaluations.AsNoTracking().SingleOrDefaultAsync(e => e.Id == run.EvaluationId, ct);

        (string name, Adapter? earlier) = await NameAsync(db, AdapterName.From(run.Name), options.Publish.PromoteAs, training.Id, ct);
        string folder = RunFolders.Adapter(storage, name, earlier?.Path ?? ""), building = folder + "." + Guid.NewGuid().ToString("N")[..8]
            + ".tmp";
        string decision;
        try
        {
            Directory.CreateDirectory(building);
            await new PublishedAdapter(run, options, dataset, training, evaluation).BuildAsync(storage.Artifacts, name, building, ct);
            string template = AdapterRecord.ReadTemplate(building)!.Name;
            Adapter adapter = earlier ?? new Adapter(name, run.Id, training.Id, training.BaseModel, folder, template, time.GetUtcNow());
            decision = await CompleteAsync(claim, scope, building, folder, adapter, earlier is not null, evaluation, training, ct);
        }
        finally
        {
            if (Directory.Exists(building)) Directory.Delete(building, recursive: true);
        }
        string workFolder = storage.WorkFolder(run.Id);
        if (Directory.Exists(workFolder)) Directory.Delete(workFolder, recursive: true);
        return $"{name} in {folder}{decision}";
    }

    /// <summary>
    /// Stores adapter and promotion together. Compares again when another run or a person was faster to change what is served.
    /// </summary>
    private async Task<string> CompleteAsync(
        ItemClaim claim, DatasetScope scope, string building, string folder, Adapter adapter, bool reused, Evaluation? evaluation,
        Training training, CancellationToken ct)
    {
        PublishOptions publish = scope.Options.Publish;
        while (true)
        {
            AdapterPromoter.IncumbentComparison? comparison = publish.PromoteAs is { } served
                ? await promoter.CompareAsync(scope, training, evaluation, served, ct) : null;
            string decision = "";
            try
            {
                await claim.CompleteAsync(async (work, token) =>
                {
                    await ServedNames.LockAsync(work, token);
                    if (!reused && (await work.Adapters.AnyAsync(a => a.Name == adapter.Name, token)
                        || await work.ServedNames.AnyAsync(s => s.Name == adapter.Name, token)))
                        // tried again under the next one
                        throw new IOException($"the name {adapter.Name} was given away in this moment");
                    (await work.Runs.SingleAsync(r => r.Id == scope.Run.Id, token)).AdapterId = adapter.Id;
                    if (!reused) work.Adapters.Add(adapter);
                    if (comparison is not null) decision = await promoter.DecideAsync(work, comparison, scope.Run, publish, adapter, token);
                    Place(building, folder, reused, training);        // the folder of a name belongs to who holds the lock
                }, fromCache: reused, ct);
                return decision;
            }
            catch (CurrentChangedException) { }
        }
    }

    /// <summary>
    /// The wished name, numbered when another training has it; of a run that serves a stable name always numbered, so that each
    /// version can be told. Two runs that choose at once meet at the unique index; the later one is tried again.
    /// </summary>
    private static async Task<(string Name, Adapter? Earlier)> NameAsync(PipelineDbContext db, string wish, string? promoteAs,
        Guid trainingId, CancellationToken ct)
    {
        Dictionary<string, Adapter> taken = await db.Adapters.AsNoTracking().Where(a => a.Name == wish || a.Name.StartsWith(wish + "-"))
            .ToDictionaryAsync(a => a.Name, ct);
        HashSet<string> served = [.. await db.ServedNames.Select(s => s.Name).ToArrayAsync(ct)];
        for (int number = 1; ; number++)
        {
            string name = number == 1 && promoteAs is null ? wish : $"{wish}-{number}";
            if (name == promoteAs || served.Contains(name)) continue;
            if (!taken.TryGetValue(name, out Adapter? adapter) || adapter.TrainingId == trainingId) return (name, adapter);
        }
    }

    /// <summary>Puts a folder in its place; of one that is there whole, and may be in use, only what is said about it changes.</summary>
    private static void Place(string building, string folder, bool reused, Training training)
    {
        if (!Directory.Exists(building)) return;        // an earlier try of this transaction
        if (reused && training.Files.Keys.All(file => File.Exists(Path.Combine(folder, file))))
        {
            foreach (string file in AdapterOutputs.CompletedFiles.Where(file => File.Exists(Path.Combine(building, file))))
                File.Move(Path.Combine(building, file), Path.Combine(folder, file), overwrite: true);
            return;
        }
        if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);       // a delivery that was cut short
        Directory.Move(building, folder);
    }
}
