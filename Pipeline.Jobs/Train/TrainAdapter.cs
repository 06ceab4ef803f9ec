using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Split;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Train.Engines;
using Pipeline.Models.Datasets;
using Pipeline.Models.Training.Checkpoints;
using DatasetRow = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Jobs.Train;

/// <summary>Trains the adapter of a run, or takes the stored one when dataset, base model, settings and engine are equal.</summary>
internal sealed class TrainAdapter(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, TrainingEngines engines,
    TimeProvider time, ILogger<TrainAdapter> logger) : IStageHandler
{
    public string? QueueOf(RunOptions options) => engines.IsRemote(options.Train.Engine) ? Queues.Remote : null;

    public RunOptions Again(RunOptions options) => options with { Retrain = true };

    public string? Describe(RunSummary run) => run.Train is { } t
        ? string.Create(CultureInfo.InvariantCulture, $"{t.Steps} steps, loss {t.FirstLoss:F3} → {t.LastLoss:F3}")
        : null;

    public async Task ForgetAsync(PipelineDbContext db, Guid runId, CancellationToken ct)
    {
        await db.Runs.Where(r => r.Id == runId).ExecuteUpdateAsync(runs => runs.SetProperty(r => r.TrainingId, (Guid?)null), ct);
        await db.TrainingMetrics.Where(m => m.RunId == runId).ExecuteDeleteAsync(ct);
    }

    public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
    {
        await using DatasetScope scope = await DatasetScope.OpenAsync(contexts, claim, ct);
        (PipelineDbContext db, Run run, RunOptions options, DatasetRow dataset) = scope;
        IAdapterTraining training = engines.Of(options.Train.Engine);
        // What is trained decides whether to train again; where the rows come from and what was rejected does not.
        string rows = CacheKey.Of([.. dataset.Files.Where(f => DatasetFiles.IsTrained(f.Key)).OrderBy(f => f.Key, StringComparer.Ordinal)
            .Select(f => f.Key + "=" + f.Value)]);
        string key = CacheKey.Of("training", training.Version, rows, ModelFingerprint.Of(options.BaseModel),
            Canonical(options.Training.Given));

        if (!options.Retrain && await FindAsync(db, key, ct) is { } earlier)
        {
            await claim.CompleteAsync(async (work, token) =>
                (await work.Runs.SingleAsync(r => r.Id == run.Id, token)).TrainingId = earlier.Id, fromCache: true, ct);
            return $"an equal training of {earlier.CreatedAt:u} is reused";
        }

        string folder = storage.WorkFolder(run.Id), output = Path.Combine(folder, "train");
        Directory.CreateDirectory(output);
        // A worker that lost its lease without noticing must have left the folder before another writes there.
        await using WorkFolderLock alone = await WorkFolderLock.AcquireAsync(Path.Combine(folder, "train.lock"), ct);
        await storage.Artifacts.RestoreFolderAsync(dataset.Files, Path.Combine(folder, "dataset"), ct);
        TrainingOrder order = new(run.Id, options.Training, Path.GetFullPath(options.BaseModel), Path.Combine(folder, "dataset"),
            dataset.EvalExamples > 0 ? DatasetFiles.Eval : null, output)
        {
            TrainSets = Sets(Path.Combine(folder, "dataset"), options.Train.Engine == TrainOptions.Builtin),
            Languages = dataset.Funnel is { } funnel ? [.. RowJson.Read<Funnel>(funnel).Languages.Keys] : [],
        };

        TrainingOutcome outcome;
        await using (CheckpointCopies? copies = storage.SharesWork ? null : new(storage.Artifacts, claim, output, logger))
        await using (MetricWriter metrics = new(contexts, claim, time, copies))
        {
            if (copies is not null) await copies.RestoreAsync(ct);
            outcome = await Task.Run(() => training.Train(order, metrics, ct), ct);
        }

        // Whatever trained it: nobody may be examined with what this adapter has seen.
        TrainedQuestions.Write(Path.Combine(output, TrainedQuestions.FileName),
            InstructionDataset.Load(Path.Combine(folder, "dataset"), DatasetFiles.Train)
                .SelectMany(QuestionsOf).Select(RowHash.OfQuestion));
        SortedDictionary<string, StoredArtifact> files = await storage.Artifacts.StoreFolderAsync(output, IsResult, ct);
        Training row = new()
        {
            RunId = run.Id,
            CacheKey = key,
            Files = files.Hashes(),
            BaseModel = order.BaseModel,
            Steps = outcome.Steps,
            FirstLoss = outcome.FirstLoss,
            LastLoss = outcome.LastLoss,
            TrainableParameters = outcome.TrainableParameters,
            AllParameters = outcome.AllParameters,
            Seconds = (time.GetUtcNow() - claim.Item.StartedAt!.Value).TotalSeconds + claim.Item.Seconds,
            CreatedAt = time.GetUtcNow(),
        };
        await claim.CompleteAsync(async (work, token) =>
        {
            await work.RegisterArtifactsAsync(files.Values, token);
            work.Trainings.Add(row);
            (await work.Runs.SingleAsync(r => r.Id == run.Id, token)).TrainingId = row.Id;
        }, fromCache: false, ct);
        alone.DeleteFolder(output);          // the files are in the store; checkpoints are no longer needed
        return $"{outcome.Steps} steps, loss {outcome.FirstLoss:F4} to {outcome.LastLoss:F4}";
    }

    private async Task<Training?> FindAsync(PipelineDbContext db, string key, CancellationToken ct)
    {
        Training[] candidates = await db.Trainings.AsNoTracking().Where(t => t.CacheKey == key).OrderByDescending(t => t.CreatedAt).Take(3)
            .ToArrayAsync(ct);
        foreach (Training candidate in candidates)
            if (await storage.Artifacts.HasAllAsync(candidate.Files, ct)) return candidate;
        return null;
    }

    /// <summary>Questions, and raw text where the trainer can mix the two.</summary>
    private static string[] Sets(string folder, bool isBuiltin)
    {
        bool hasText = isBuiltin && File.Exists(Path.Combine(folder, DatasetFolder.Text + ".jsonl"));
        bool hasQuestions = new FileInfo(Path.Combine(folder, DatasetFiles.TrainFile)).Length > 0;
        return hasText ? hasQuestions ? [DatasetFiles.Train, DatasetFolder.Text] : [DatasetFolder.Text] : [DatasetFiles.Train];
    }

    private static IEnumerable<string> QuestionsOf(InstructionExample example) => example.History.Select(turn => turn.Prompt)
        .Append(example.Question).Where(question => question.Length > 0);

    private static bool IsResult(string path) =>
        !CheckpointFolders.Holds(path) && !path.StartsWith('.') && !path.EndsWith(".tmp", StringComparison.Ordinal)
        && !path.EndsWith(".lock", StringComparison.Ordinal);

    /// <summary>Settings in a canonical order, so that a different order does not cause another training.</summary>
    private static string Canonical(IReadOnlyDictionary<string, JsonElement> settings) =>
        string.Join('\n', settings.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Key}={s.Value.GetRawText()}"));
}
