using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Served;

using Pipeline.Models.Evaluation.Examination;

namespace Pipeline.Jobs.Publish;

/// <summary>Decides whether the adapter of a run takes over the run's served name.</summary>
internal sealed class AdapterPromoter(CurrentLoss currentLoss, TorchDevice device, PipelineStorage storage, TimeProvider time)
{
    /// <summary>What there is to compare, before the transaction that decides.</summary>
    /// <param name="Current">Adapter that serves the name, or null.</param>
    /// <param name="Evaluation">How good the run's adapter is, or null when nothing was measured.</param>
    /// <param name="Reference">Loss to be better than, on the same examples.</param>
    /// <param name="Obstacle">Why nothing can be compared.</param>
    internal sealed record IncumbentComparison(CurrentAdapter? Current, Evaluation? Evaluation, double? Reference, string? Obstacle)
    {
        /// <summary>The examination of both on the same questions; null without one.</summary>
        public ExaminationResult? Examination { get; init; }
    }

    /// <summary>
    /// Finds what serves the name and how good it is. The evaluation stage has measured it; it is measured here only when another
    /// adapter has taken over the name since.
    /// </summary>
    public async Task<IncumbentComparison> CompareAsync(DatasetScope scope, Training training, Evaluation? evaluation, string name,
        CancellationToken ct)
    {
        CurrentAdapter? current = await CurrentAdapter.FindAsync(scope.Db, name, ct);
        if (evaluation is null) return new(current, null, null,
            "the dataset has no held-out examples, so nothing could be compared; promote by hand what should serve");
        ExaminationResult? examination = evaluation.Examination is { } json ? ExaminationJson.Read(json) : null;
        if (current is null) return new(null, evaluation, evaluation.BaseLoss, null) { Examination = examination };
        if (current.Obstacle(training) is { } obstacle) return new(current, evaluation, null, obstacle);
        if (await RolledBackAsync(scope.Db, name, training.Id, ct) is { } rolledBack)
            return new(current, evaluation, null,
                $"this training served the name and was rolled back at {rolledBack.CreatedAt:u}; promote it by hand if it should serve "
                + $"again");
        if (evaluation.CurrentAdapterId == current.Adapter.Id
            && evaluation.CurrentLoss is { } measured) return new(current, evaluation, measured, null) { Examination = examination };

        string folder = Path.Combine(storage.WorkFolder(scope.Run.Id), "compare-" + Guid.NewGuid().ToString("N")[..8]);
        try
        {
            await using IAsyncDisposable turn = await device.AcquireAsync(ct);
            (double? loss, string? problem) = await currentLoss.MeasureAsync(current, training, scope.Dataset, scope.Options,
                evaluation.Tokens, folder, ct);
            SideResult? side = problem is null && examination is not null
                ? await currentLoss.ExamineAsync(current, training, scope.Dataset, scope.Options, folder, ct) : null;
            return new(current, evaluation, loss, problem)
            {
                Examination = side is null ? null : examination! with
                {
                    Sides = [.. examination!.Sides.Where(s => s.Name is ExamSide.Base or ExamSides.Adapter), side],
                },
            };
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>Decides and stores the decision, inside the transaction that publishes the adapter; once per run and adapter.</summary>
    /// <returns>The decision for the log, as an addition to a sentence.</returns>
    /// <exception cref="CurrentChangedException">Something else serves the name than what was compared with: compare again.</exception>
    public async Task<string> DecideAsync(PipelineDbContext db, IncumbentComparison comparison, Run run, PublishOptions options,
        Adapter adapter,
        CancellationToken ct)
    {
        string name = options.PromoteAs!;
        if (await db.Promotions.AnyAsync(p => p.RunId == run.Id && p.AdapterId == adapter.Id, ct)) return "";
        Promotion? current = await ServedNames.CurrentAsync(db, name, ct);
        if (current?.Id != comparison.Current?.Promotion.Id) throw new CurrentChangedException();
        (bool promote, string reason) = await ServedNames.FaultAsync(db, name, ct) is { } fault ? (false, fault)
            : comparison.Obstacle is { } obstacle ? (false, obstacle)
            : Decide(comparison, options.PromotionMargin);
        Promotion decision = new()
        {
            Name = name,
            Kind = promote ? PromotionKind.Promoted : PromotionKind.Kept,
            AdapterId = adapter.Id,
            AgainstId = current?.AdapterId,
            PreviousId = promote ? current?.Id : null,
            RunId = run.Id,
            Loss = comparison.Evaluation?.AdapterLoss,
            ReferenceLoss = comparison.Reference,
            Margin = options.PromotionMargin,
            Tokens = comparison.Evaluation?.Tokens,
            Reason = reason,
            By = "run",
            CreatedAt = time.GetUtcNow(),
        };
        db.Promotions.Add(decision);
        if (promote) await ServedNames.FollowAsync(db, decision, decision.Id, ct);
        return promote ? $"; serves {name} from now on: {reason}" : $"; not promoted as {name}: {reason}";
    }

    private static (bool Promote, string Reason) Decide(IncumbentComparison comparison, double margin)
    {
        if (comparison.Examination is not { } examination)
            return (false, "no question examined it, so what it learned is not known; promote by hand what should serve");
        GateDecision decision = ExamSides.Gate(examination, comparison.Current?.Adapter.Name, margin);
        return (decision.Promote, string.Join("; ", decision.Reasons()));
    }

    /// <summary>A training that people have taken from the name does not come back by itself: they knew more than its loss says.</summary>
    private static Task<Promotion?> RolledBackAsync(PipelineDbContext db, string name, Guid trainingId, CancellationToken ct) =>
        db.Promotions.AsNoTracking()
            .Where(p =>
                p.Name == name && p.Kind == PromotionKind.RolledBack
                && db.Adapters.Any(a => a.Id == p.AgainstId && a.TrainingId == trainingId))
            .OrderByDescending(p => p.Id).FirstOrDefaultAsync(ct);
}
