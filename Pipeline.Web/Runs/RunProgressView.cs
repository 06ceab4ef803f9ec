using System.Globalization;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Observation;
using Spectre.Console;

namespace Pipeline.Web.Runs;

/// <summary>Shows a run: a line per stage as it ends and, on a terminal, the current stage redrawn in place.</summary>
internal sealed class RunProgressView
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10);
    private readonly TextWriter _output;
    private readonly StageWords _words;
    private readonly IAnsiConsole? _live;
    private readonly HashSet<Stage> _ended = [];
    private readonly HashSet<string> _told = [];
    private DateTime _lastLine = DateTime.UtcNow;
    private bool _open;

    public RunProgressView(TextWriter output, StageWords words, Guid run, bool resumed)
    {
        _output = output;
        _words = words;
        bool terminal = ReferenceEquals(output, Console.Out) ? !Console.IsOutputRedirected : ReferenceEquals(output, Console.Error)
            && !Console.IsErrorRedirected;
        if (terminal) _live = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(output) });
        Line($"Run {run}{(resumed ? ", going on where it was stopped" : "")}", "bold");
    }

    public void Show(RunDetails run, IReadOnlyDictionary<string, IReadOnlyList<MetricPoint>> metrics)
    {
        foreach (RunSummary.DocumentFailure failure in run.Summary.Failures)
            if (_told.Add(failure.Document)) Line($"  ! {failure.Describe()}", "yellow");
        foreach (StageCounts stage in run.Stages)
        {
            if (stage.Complete && _ended.Add(stage.Stage)) Line(
                $"  {(stage.Failed == stage.Total ? "x" : "+")} {Ended(stage, run, metrics)}", stage.Failed == stage.Total
                ? "red" : "green");
        }
        if (run.FinishedAt is not null)
        {
            Close();
            return;
        }
        string now = "  … " + string.Join(", ", run.Stages.Where(s => s.Done + s.Failed < s.Total).Select(s => Describe(s, metrics))
            .DefaultIfEmpty("waiting for a worker"));
        if (_live is not null) Redraw(now);
        else if (DateTime.UtcNow - _lastLine > BetweenLines) Line(now, "grey");
    }

    /// <summary>Reports what happens to a run whose command was stopped.</summary>
    public void Stopped() => Line("Saving what is done; the same command goes on from here.", "yellow");

    private string Ended(StageCounts stage, RunDetails run, IReadOnlyDictionary<string, IReadOnlyList<MetricPoint>> metrics)
    {
        string cached = stage.FromCache == 0 ? "" : stage.FromCache == stage.Total
            ? ", all from earlier runs" : $", {stage.FromCache} from earlier runs";
        string what = _words.Describe(stage.Stage, run.Summary) ?? $"{stage.Done} of {stage.Total}";
        return string.Create(CultureInfo.InvariantCulture, $"{stage.Stage.SnakeName,-9} {what}{cached} ({stage.Seconds:F1} s)");
    }

    private static string Describe(StageCounts stage, IReadOnlyDictionary<string, IReadOnlyList<MetricPoint>> metrics)
    {
        if (stage.Stage == Stages.Train && TrainingNow.Describe(metrics) is { } training)
            return "train " + training;
        string name = stage.Stage.SnakeName;
        if (stage is { ProgressDone: { } done, ProgressTotal: { } total }) name += $" {done}/{total}";
        else if (stage.Total > 1) name += $" {stage.Done + stage.Failed}/{stage.Total}";
        if (stage.SecondsLeft is not { } seconds) return name;
        TimeSpan left = TimeSpan.FromSeconds(seconds);
        return string.Create(CultureInfo.InvariantCulture, $"{name}, {(int)left.TotalMinutes}:{left.Seconds:00} left");
    }

    private void Redraw(string text)
    {
        int width = Math.Max(20, _live!.Profile.Width) - 1;
        _output.Write("\r" + (text.Length > width ? text[..width] : text.PadRight(width)));
        _output.Flush();
        _open = true;
    }

    private void Line(string text, string style)
    {
        Close();
        if (_live is not null) _live.MarkupLine($"[{style}]{Markup.Escape(text)}[/]");
        else _output.WriteLine(text);
        _output.Flush();
        _lastLine = DateTime.UtcNow;
    }

    private void Close()
    {
        if (_open) _output.Write("\r" + new string(' ', Math.Max(20, _live!.Profile.Width) - 1) + "\r");
        _open = false;
    }
}
