using System.Text.Json;
using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;
using Pipeline.Jobs.Publish;
using Pipeline.Jobs.Report;

namespace Pipeline.Jobs.Runs;

/// <summary>One run with its results so far, or null when there is no such run.</summary>
public sealed record GetRun(Guid RunId) : IRequest<RunDetails?>;

internal sealed class GetRunHandler(IDbContextFactory<PipelineDbContext> contexts, StageGraph graph, PipelineStorage storage,
    TimeProvider time) : IRequestHandler<GetRun, RunDetails?>
{
    public async ValueTask<RunDetails?> Handle(GetRun request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Run? run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == request.RunId, cancellationToken);
        if (run is null) return null;
        StageCounts[] stages = await StageProgress.ReadAsync(db, graph, run, cancellationToken);
        RunSummary summary = await SummarizeAsync(db, run, stages, cancellationToken);
        return new RunDetails(summary, run.SourceFolder, JsonDocument.Parse(run.Configuration).RootElement, run.CreatedAt, run.StartedAt,
            run.FinishedAt,
            run.ScheduleId, run.DatasetId, run.TrainingId, run.EvaluationId, run.AdapterId, stages);
    }

    private async Task<RunSummary> SummarizeAsync(PipelineDbContext db, Run run, StageCounts[] stages, CancellationToken ct)
    {
        // Counted by the server: a run may have thousands of documents and is read many times per second.
        var documents = await db.RunDocuments.Where(d => d.RunId == run.Id).GroupBy(d => d.RunId)
            .Select(g => new { Total = g.Count(), Duplicates = g.Count(d => d.DuplicateOf != null), Captions = g.Sum(d => d.Captions) })
            .SingleOrDefaultAsync(ct);
        var extracted = await db.RunDocuments.Where(d => d.RunId == run.Id)
            .Join(db.Extractions, d => d.ExtractionId, e => e.Id, (d, e) => new { d.RunId, e.Pages, e.Figures })
            .GroupBy(e => e.RunId).Select(g => new { Pages = g.Sum(e => e.Pages), Figures = g.Sum(e => e.Figures) })
            .SingleOrDefaultAsync(ct);
        var failures = stages.All(s => s.Failed == 0)
            ? [] : await db.StageItems.Where(i => i.RunId == run.Id && i.State == ItemState.Failed)
            .Join(db.RunDocuments, i => i.RunDocumentId, d => d.Id, (i, d) => new { d.Path, i.Stage, i.Error }).OrderBy(f => f.Path)
            .ToArrayAsync(ct);
        Data.Entities.Dataset? dataset = run.DatasetId is { } datasetId
            ? await db.Datasets.AsNoTracking().SingleAsync(d => d.Id == datasetId, ct) : null;
        Training? training = run.TrainingId is { } trainingId
            ? await db.Trainings.AsNoTracking().SingleAsync(t => t.Id == trainingId, ct) : null;
        // Without the examination itself, which is large, and this is read many times per second.
        var evaluation = run.EvaluationId is { } evaluationId ? await db.Evaluations.Where(e => e.Id == evaluationId)
            .Select(e => new { e.Id, e.BaseLoss, e.AdapterLoss, e.Examples, e.Tokens, IsExamined = e.Examination != null }).SingleAsync(ct)
            : null;
        Adapter? adapter = run.AdapterId is { } adapterId ? await db.Adapters.AsNoTracking().SingleAsync(a => a.Id == adapterId, ct) : null;
        PromotionEntry? promotion = await ListPromotionsHandler.Entries(db,
            db.Promotions.Where(p => p.RunId == run.Id && p.AdapterId == run.AdapterId)).FirstOrDefaultAsync(ct);
        Dictionary<string, double> seconds = stages.ToDictionary(s => s.Stage.SnakeName, s => Math.Round(s.Seconds, 2));
        seconds["total"] = Math.Round(((run.FinishedAt ?? time.GetUtcNow()) - run.CreatedAt).TotalSeconds, 2);
        return new RunSummary
        {
            RunId = run.Id,
            Name = run.Name,
            State = run.State,
            Error = run.Error,
            Documents = new(documents?.Total ?? 0, stages.Where(s => graph.LastOfDocuments.Any(d => d.Stage == s.Stage)).Select(s => s.Done)
            .DefaultIfEmpty().Min(), failures.Length, documents?.Duplicates ?? 0),
            Pages = extracted?.Pages ?? 0,
            Figures = extracted?.Figures ?? 0,
            Captions = documents?.Captions ?? 0,
            Examples = dataset is null ? null : new(dataset.TrainExamples, dataset.EvalExamples),
            Train = training is null ? null : new(training.Steps, training.FirstLoss, training.LastLoss, training.TrainableParameters,
            training.AllParameters, training.RunId != run.Id),
            Eval = evaluation is null ? null : new(evaluation.BaseLoss, evaluation.AdapterLoss, Math.Exp(evaluation.BaseLoss),
            Math.Exp(evaluation.AdapterLoss), evaluation.Examples, evaluation.Tokens),
            Exam = evaluation is { IsExamined: true } ? await RunExamination.ReadAsync(db, evaluation.Id, ct) : null,
            ReportPath = run.ReportFiles.Count > 0 ? Path.Combine(RunFolders.Report(storage, run.Id), ReportHtml.File) : null,
            Adapter = adapter?.Name,
            AdapterPath = adapter is null ? null : RunFolders.Adapter(storage, adapter.Name, adapter.Path),
            Promotion = promotion,
            DatasetPath = dataset is null ? null : RunFolders.Dataset(storage, run.Id),
            Seconds = seconds,
            Cached = stages.Where(s => s.FromCache > 0).ToDictionary(s => s.Stage.SnakeName, s => s.FromCache),
            Failures = failures.Select(f => new RunSummary.DocumentFailure(f.Path, f.Stage.SnakeName, f.Error ?? "")).ToArray(),
        };
    }
}
