using System.Globalization;
using Pipeline.Models.Training;

namespace Pipeline.Web.Commands.Training;

/// <summary>A training on the terminal: one line that is redrawn, or a line every few seconds where there is no terminal.</summary>
internal sealed class TrainingProgressView : ITrainingObserver, IDisposable
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5), BetweenDraws = TimeSpan.FromMilliseconds(100);
    private readonly TextWriter _output, _error;
    private readonly Func<int>? _width;
    private readonly TimeProvider _time;
    private long? _lastDraw;
    private string _drawn = "";

    /// <param name="output">Where progress goes.</param>
    /// <param name="error">Where warnings go.</param>
    public TrainingProgressView(TextWriter output, TextWriter error)
        : this(output, error, IsTerminal(output) ? () => Console.WindowWidth : null, TimeProvider.System)
    {
    }

    /// <param name="output">Where progress goes.</param>
    /// <param name="error">Where warnings go.</param>
    /// <param name="width">Columns of the terminal; null where there is none.</param>
    /// <param name="time">Clock.</param>
    internal TrainingProgressView(TextWriter output, TextWriter error, Func<int>? width, TimeProvider time) =>
        (_output, _error, _width, _time) = (output, error, width, time);

    public void OnStarted(TrainingStart start)
    {
        string resumed = start.FirstStep > 0 ? $", going on after step {start.FirstStep}" : "";
        _output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{start.Examples} examples, {start.EvalExamples} held out; {start.TotalSteps} steps{resumed}; "
            + $"trainable parameters {start.TrainableParameters:N0} of {start.AllParameters:N0} "
            + $"({100.0 * start.TrainableParameters / start.AllParameters:F2} %)"));
    }

    public void OnStep(TrainingProgress progress)
    {
        bool last = progress.Step == progress.TotalSteps;
        if (!last && _lastDraw is { } before && _time.GetElapsedTime(before) < (_width is null ? BetweenLines : BetweenDraws))
            return;
        _lastDraw = _time.GetTimestamp();
        if (_width is null)
            _output.WriteLine(TrainingProgressLine.Whole(progress));
        else
            Draw(TrainingProgressLine.Fit(progress, Math.Max(20, _width()) - 1));
        _output.Flush();
    }

    public void OnEvaluated(int step, double loss) =>
        Line(_output, string.Create(CultureInfo.InvariantCulture, $"step {step}: held-out loss {loss:F4}, perplexity {Math.Exp(loss):F2}"));

    public void OnCheckpointing(int step)
    {
        // Nothing to save: output has already been shown.
    }

    public void OnCheckpoint(int step, string folder) => Line(_output, $"step {step}: checkpoint {folder}");

    public void OnWarning(string message) => Line(_error, $"warning: {message}");

    /// <summary>Leaves the line in its last state.</summary>
    public void Dispose()
    {
        if (_drawn.Length > 0)
            _output.WriteLine();
        _drawn = "";
    }

    private static bool IsTerminal(TextWriter output) =>
        (ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected)
        || (ReferenceEquals(output, Console.Error) && !Console.IsErrorRedirected);

    private void Draw(string text)
    {
        _output.Write("\r" + text.PadRight(_drawn.Length));
        _drawn = text;
    }

    // A message replaces the line, which is drawn again below it.
    private void Line(TextWriter target, string text)
    {
        string line = _drawn;
        if (line.Length > 0)
            _output.Write("\r" + new string(' ', line.Length) + "\r");
        _output.Flush();
        target.WriteLine(text);
        target.Flush();
        _output.Write(line);
        _output.Flush();
    }
}
