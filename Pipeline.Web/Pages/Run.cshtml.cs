using Mediator;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Observation;
using Pipeline.Jobs.Runs.Results;

namespace Pipeline.Web.Pages;

/// <summary>One run: stages, documents, loss, evaluation, log. Rendered again whenever something changes.</summary>
internal sealed class RunModel(ISender sender, StageGraph graph, TimeProvider time) : PageModel
{
    public const int DocumentRows = 200;

    private const int LogLines = 300;

    public RunDetails? Run { get; private set; }

    public IReadOnlyList<DocumentEntry> Documents { get; private set; } = [];

    /// <summary>Only documents in this state are shown, or all.</summary>
    public string? DocumentState { get; private set; }

    /// <summary>Documents left out before the first that is shown.</summary>
    public int From { get; private set; }

    public LossChart? Chart { get; private set; }

    public EvaluationEntry? Evaluation { get; private set; }

    public IReadOnlyList<LogLine> Log { get; private set; } = [];

    public bool IsOpen => Run?.Summary.State is RunState.Pending or RunState.Running or RunState.Paused;

    /// <summary>Wall time so far, in seconds.</summary>
    public double Seconds => Run is null ? 0 : ((Run.FinishedAt ?? time.GetUtcNow()) - (Run.StartedAt ?? Run.CreatedAt)).TotalSeconds;

    public async Task OnGetAsync(Guid id, string? state, int from, CancellationToken cancellationToken)
    {
        Run = await sender.Send(new GetRun(id), cancellationToken);
        if (Run is null)
        {
            Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        DocumentState = ListDocuments.States.Contains(state) ? state : null;
        From = Math.Max(0, from);
        Documents = await sender.Send(new ListDocuments(id, DocumentState, DocumentRows, From), cancellationToken);
        Chart = LossChart.Of(await sender.Send(new GetMetrics(id), cancellationToken));
        Evaluation = (await sender.Send(new ListEvaluations(id, 1), cancellationToken)).FirstOrDefault();
        Log = await sender.Send(new ListLogs(id, null, LogLines), cancellationToken);
    }

    /// <summary>Every stage in order, with its counts once it has any.</summary>
    public IEnumerable<(string Title, StageCounts? Counts, string Look)> Stages()
    {
        foreach (StageDefinition stage in graph.All)
        {
            StageCounts? counts = Run!.Stages.FirstOrDefault(s => s.Stage == stage.Stage);
            string look = counts switch
            {
                null => "waiting",
                { Running: > 0 } => "running",
                _ when counts.Done == counts.Total => "done",
                _ when counts.Done + counts.Failed == counts.Total => counts.Done == 0 ? "failed" : "done",
                _ => IsOpen ? "running" : "waiting",
            };
            yield return (stage.Title, counts, look);
        }
    }
}
