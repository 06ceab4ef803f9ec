using Mediator;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Observation;
using Pipeline.Jobs.Runs.Results;

namespace Pipeline.Web.Pages;

/// <summary>One run as its page shows it: stages, documents, loss, evaluation, log.</summary>
internal sealed class RunView(StageGraph graph, RunDetails run, DateTimeOffset now)
{
    public const int DocumentRows = 200;

    private const int LogLines = 300;

    /// <summary>The parts of the page that change while the run works, in their order; each renders one element with an id.</summary>
    public static IReadOnlyList<string> Sections { get; } =
        [.. new[] { "Head", "Stages", "Results", "Loss", "Evaluation", "Documents", "Log" }.Select(name =>
            $"/Pages/RunSections/_{name}.cshtml")];

    public RunDetails Run => run;

    public IReadOnlyList<DocumentEntry> Documents { get; private init; } = [];

    /// <summary>Only documents in this state are shown, or all.</summary>
    public string? DocumentState { get; private init; }

    /// <summary>Number of documents skipped before the first one shown.</summary>
    public int From { get; private init; }

    public LossChart? Chart { get; private init; }

    public EvaluationEntry? Evaluation { get; private init; }

    public IReadOnlyList<LogLine> Log { get; private init; } = [];

    public bool IsOpen => Run.Summary.State is RunState.Pending or RunState.Running or RunState.Paused;

    /// <summary>Wall time so far, in seconds.</summary>
    public double Seconds => ((Run.FinishedAt ?? now) - (Run.StartedAt ?? Run.CreatedAt)).TotalSeconds;

    /// <summary>Address of the page's change events, for the documents that it shows.</summary>
    public string EventsAddress => $"/runs/{Run.Summary.RunId}/live?state={DocumentState}&from={From}";

    /// <param name="sender">Answers all queries.</param>
    /// <param name="graph">The stages.</param>
    /// <param name="id">The run.</param>
    /// <param name="state">State of the documents to show; any other value shows all.</param>
    /// <param name="from">Documents to skip.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellationToken">Stops the queries.</param>
    /// <returns>Null when there is no such run.</returns>
    public static async Task<RunView?> ReadAsync(
        ISender sender, StageGraph graph, Guid id, string? state, int from, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (await sender.Send(new GetRun(id), cancellationToken) is not { } run) return null;
        string? shown = ListDocuments.States.Contains(state) ? state : null;
        from = Math.Max(0, from);
        return new RunView(graph, run, now)
        {
            DocumentState = shown,
            From = from,
            Documents = await sender.Send(new ListDocuments(id, shown, DocumentRows, from), cancellationToken),
            Chart = LossChart.Of(await sender.Send(new GetMetrics(id), cancellationToken)),
            Evaluation = (await sender.Send(new ListEvaluations(id, 1), cancellationToken)).FirstOrDefault(),
            Log = await sender.Send(new ListLogs(id, null, LogLines), cancellationToken),
        };
    }

    /// <summary>Every stage in order, with its counts once it has any.</summary>
    public IEnumerable<(string Title, StageCounts? Counts, string Look)> Stages()
    {
        foreach (StageDefinition stage in graph.All)
        {
            StageCounts? counts = Run.Stages.FirstOrDefault(s => s.Stage == stage.Stage);
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
