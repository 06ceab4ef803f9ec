using System.Globalization;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Train;
using Pipeline.Models.Evaluation.Examination;
using Pipeline.Models.Evaluation.Statistics;
using DatasetRow = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Jobs.Evaluate;

/// <summary>
/// Measures base model and adapter of a run on the held-out examples, and also the adapter that currently serves the run's name; or
/// takes the stored result for the same inputs.
/// </summary>
internal sealed class EvaluateAdapter(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage,
    IAdapterComparison comparison, CurrentLoss currentLoss,
    TimeProvider time, ILogger<EvaluateAdapter> logger) : IStageHandler
{
    public string? Describe(RunSummary run) => run.Eval is { } e
        ? string.Create(CultureInfo.InvariantCulture, $"held-out loss {e.BaseLoss:F3} → {e.AdapterLoss:F3}")
        : null;

    public Task ForgetAsync(PipelineDbContext db, Guid runId, CancellationToken ct) =>
        db.Runs.Where(r => r.Id == runId).ExecuteUpdateAsync(runs => runs.SetProperty(r => r.EvaluationId, (Guid?)null), ct);

    public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
    {
        await using DatasetScope scope = await DatasetScope.OpenAsync(contexts, claim, ct);
        (PipelineDbContext db, Run run, RunOptions options, DatasetRow dataset) = scope;
        Training training = await scope.TrainingAsync(ct);
        bool hasExam = await ExamFiles.HasQuestionsAsync(storage.Artifacts, dataset, ct);
        if (dataset.EvalExamples == 0 && !hasExam)
        {
            await claim.SkipAsync("the dataset has no held-out examples and no questions to examine", ct);
            return "skipped: no held-out examples";
        }
        // Only where its loss will decide about the promotion.
        CurrentAdapter? current = await CurrentAdapter.FindAsync(db, options.Publish.PromoteAs, ct) is { } serving
            && serving.Obstacle(training) is null ? serving : null;
        string[] parts =
        [
            comparison.Version,
            training.Id.ToString(),
            dataset.Files[DatasetFiles.EvalFile],
            dataset.Files.GetValueOrDefault(DatasetFolder.ExamFile, ""),
            JsonSerializer.Serialize(options.Evaluation, RunOptionsJson.Settings),
        ];
        string key = CacheKey.Of(["evaluation", .. parts, .. current is null ? [] : new[] { current.Adapter.Id.ToString() }]);
        if (await db.Evaluations.AsNoTracking().Where(e => e.CacheKey == key).OrderByDescending(e => e.CreatedAt)
            .FirstOrDefaultAsync(ct) is { } earlier)
        {
            await claim.CompleteAsync(async (work, token) =>
                (await work.Runs.SingleAsync(r => r.Id == run.Id, token)).EvaluationId = earlier.Id, fromCache: true, ct);
            return $"the evaluation of {earlier.CreatedAt:u} is reused";
        }

        string folder = Path.Combine(storage.WorkFolder(run.Id), $"evaluate-{claim.Item.Attempt}");
        try
        {
            await TrainedAdapter.RestoreAsync(storage.Artifacts, training, options.Training.Arguments, Path.Combine(folder, "adapter"), ct);
            ExamFiles files = await ExamFiles.RestoreAsync(storage.Artifacts, dataset, options.Evaluation, folder, ct);
            string examples = files.HeldOut;
            ComparisonOutcome outcome = await Task.Run(
                () => comparison.Compare(training.BaseModel, Path.Combine(folder, "adapter"), examples, options.Training.Arguments,
                options.Evaluation, claim.Report, ct), ct);
            double? incumbentLoss = null;
            if (current is not null)
            {
                (incumbentLoss, string? obstacle) = await currentLoss.MeasureAsync(current, training, dataset, options, outcome.Tokens,
                    Path.Combine(folder, "incumbent"), ct);
                if (obstacle is not null) JobsLog.CurrentNotMeasured(logger, obstacle);
            }
            ExaminationResult? examination = null;
            if (files.Exam is { } exam)
            {
                List<ExamSide> sides =
                [
                    new(ExamSide.Base, null),
                    await CurrentLoss.SideAsync(storage.Artifacts, ExamSides.Adapter, training, Path.Combine(folder, "adapter"), null, ct),
                ];
                if (incumbentLoss is not null)
                    sides.Add(await CurrentLoss.SideAsync(storage.Artifacts, current!.Adapter.Name, current.Training,
                        Path.Combine(folder, "incumbent", "current"), current.Settings.Arguments, ct));
                examination = await Task.Run(() => comparison.Examine(new ExaminationOrder(training.BaseModel, sides, exam,
                    options.Training.Arguments, options.Evaluation, Path.Combine(storage.WorkFolder(run.Id), "examination.journal")),
                    claim.Report, ct), ct);
                examination = examination with
                {
                    // Measured above.
                    Sides = [.. examination.Sides.Select(side => side.WithLoss(side.Name switch
                    {
                        ExamSide.Base => outcome.BaseLoss,
                        ExamSides.Adapter => outcome.AdapterLoss,
                        _ => incumbentLoss,
                    }, outcome.Tokens))],
                };
            }
            Verdict? verdict = examination is null ? null : ExamSides.VerdictOver(examination, ExamSide.Base);
            Evaluation row = new()
            {
                RunId = run.Id,
                TrainingId = training.Id,
                CacheKey = key,
                Examples = outcome.Examples,
                Tokens = outcome.Tokens,
                BaseLoss = outcome.BaseLoss,
                AdapterLoss = outcome.AdapterLoss,
                CurrentAdapterId = incumbentLoss is null ? null : current!.Adapter.Id,
                CurrentLoss = incumbentLoss,
                Examination = examination is null ? null : ExaminationJson.Write(examination),
                Verdict = verdict?.Name,
                VerdictReason = verdict?.InWords("the base model"),
                Generations = JsonSerializer.Serialize(outcome.Answers, RunOptionsJson.Settings),
                CreatedAt = time.GetUtcNow(),
            };
            await claim.CompleteAsync(async (work, token) =>
            {
                work.Evaluations.Add(row);
                (await work.Runs.SingleAsync(r => r.Id == run.Id, token)).EvaluationId = row.Id;
            }, fromCache: false, ct);
            string incumbent = incumbentLoss is null
                ? "" : $", {current!.Adapter.Name}, which serves {options.Publish.PromoteAs}, {incumbentLoss:F4}";
            return $"base loss {outcome.BaseLoss:F4}, adapter loss {outcome.AdapterLoss:F4}{incumbent} over {outcome.Tokens} tokens"
                + (verdict is null ? "" : $"; {row.VerdictReason}");
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
