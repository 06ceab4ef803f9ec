using System.Text.Json;
using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs;

/// <summary>One run with its results so far, or null when there is no such run.</summary>
public sealed record GetRun(Guid RunId) : IRequest<RunDetails?>;

internal sealed class GetRunHandler(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, TimeProvider time) : IRequestHandler<GetRun, RunDetails?>
{
    public async ValueTask<RunDetails?> Handle(GetRun request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Run? run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == request.RunId, cancellationToken);
        if (run is null) return null;
        StageCounts[] stages = await StageProgress.ReadAsync(db, run.Id, cancellationToken);
        RunSummary summary = await SummarizeAsync(db, run, stages, cancellationToken);
        return new RunDetails(summary, run.SourceFolder, JsonDocument.Parse(run.Configuration).RootElement, run.CreatedAt, run.StartedAt, run.FinishedAt,
            run.ScheduleId, run.DatasetId, run.TrainingId, run.EvaluationId, run.AdapterId, stages);
    }

    private async Task<RunSummary> SummarizeAsync(PipelineDbContext db, Run run, StageCounts[] stages, CancellationToken ct)
    {
        var documents = await db.RunDocuments.Where(d => d.RunId == run.Id)
            .Select(d => new
            {
                d.Path,
                d.DuplicateOf,
                d.Captions,
                Done = db.StageItems.Any(i => i.RunDocumentId == d.Id && i.Stage == Stage.Caption && (i.State == ItemState.Succeeded || i.State == ItemState.Skipped)),
                Failure = db.StageItems.Where(i => i.RunDocumentId == d.Id && i.State == ItemState.Failed).Select(i => new { i.Stage, i.Error }).FirstOrDefault(),
                Extraction = db.Extractions.Where(e => e.Id == d.ExtractionId).Select(e => new { e.Pages, e.Figures }).FirstOrDefault(),
            }).ToArrayAsync(ct);
        Data.Entities.Dataset? dataset = run.DatasetId is { } datasetId ? await db.Datasets.AsNoTracking().SingleAsync(d => d.Id == datasetId, ct) : null;
        Training? training = run.TrainingId is { } trainingId ? await db.Trainings.AsNoTracking().SingleAsync(t => t.Id == trainingId, ct) : null;
        Evaluation? evaluation = run.EvaluationId is { } evaluationId ? await db.Evaluations.AsNoTracking().SingleAsync(e => e.Id == evaluationId, ct) : null;
        Adapter? adapter = run.AdapterId is { } adapterId ? await db.Adapters.AsNoTracking().SingleAsync(a => a.Id == adapterId, ct) : null;
        Dictionary<string, double> seconds = stages.ToDictionary(s => Snake(s.Stage), s => Math.Round(s.Seconds, 2));
        seconds["total"] = Math.Round(((run.FinishedAt ?? time.GetUtcNow()) - run.CreatedAt).TotalSeconds, 2);
        return new RunSummary
        {
            RunId = run.Id,
            Name = run.Name,
            State = run.State,
            Error = run.Error,
            Documents = new(documents.Length, documents.Count(d => d.Done), documents.Count(d => d.Failure is not null), documents.Count(d => d.DuplicateOf is not null)),
            Pages = documents.Sum(d => d.Extraction?.Pages ?? 0),
            Figures = documents.Sum(d => d.Extraction?.Figures ?? 0),
            Captions = documents.Sum(d => d.Captions),
            Examples = dataset is null ? null : new(dataset.TrainExamples, dataset.EvalExamples),
            Train = training is null ? null : new(training.Steps, training.FirstLoss, training.LastLoss, training.TrainableParameters, training.AllParameters, training.RunId != run.Id),
            Eval = evaluation is null ? null : new(evaluation.BaseLoss, evaluation.AdapterLoss, evaluation.BasePerplexity, evaluation.AdapterPerplexity, evaluation.Examples, evaluation.Tokens),
            Adapter = adapter?.Name,
            AdapterPath = adapter?.Path,
            DatasetPath = dataset is null ? null : RunFolders.Dataset(storage, run.Id),
            Seconds = seconds,
            Cached = stages.Where(s => s.FromCache > 0).ToDictionary(s => Snake(s.Stage), s => s.FromCache),
            Failures = documents.Where(d => d.Failure is not null).Select(d => new RunSummary.DocumentFailure(d.Path, Snake(d.Failure!.Stage), d.Failure.Error ?? "")).ToArray(),
        };
    }

    private static string Snake(Stage stage) => JsonNamingPolicy.SnakeCaseLower.ConvertName(stage.ToString());
}
