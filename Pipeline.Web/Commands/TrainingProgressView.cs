using System.Globalization;
using Pipeline.Models.Training;

namespace Pipeline.Web.Commands;

/// <summary>A training on the terminal: one line that is redrawn, or a line every few seconds where there is no terminal.</summary>
internal sealed class TrainingProgressView(TextWriter output, TextWriter error) : ITrainingObserver, IDisposable
{
    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(5);
    private const int BarWidth = 24;
    private readonly bool _live = ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected;
    private DateTime _lastLine = DateTime.MinValue;
    private bool _open;

    public void OnStarted(TrainingStart start)
    {
        string resumed = start.FirstStep > 0 ? $", going on after step {start.FirstStep}" : "";
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{start.Examples} examples, {start.EvalExamples} held out; {start.TotalSteps} steps{resumed}; trainable parameters {start.TrainableParameters:N0} of {start.AllParameters:N0} ({100.0 * start.TrainableParameters / start.AllParameters:F2} %)"));
    }

    public void OnStep(TrainingProgress p)
    {
        string line = string.Create(CultureInfo.InvariantCulture,
            $"{p.Step}/{p.TotalSteps}  epoch {p.Epoch:F2}  loss {p.Loss:F4}  lr {p.LearningRate:0.##e+0}  grad {p.GradientNorm:F2}  {p.TokensPerSecond:F0} tokens/s  {Clock(p.Remaining)} left");
        if (_live)
        {
            int done = (int)((long)BarWidth * p.Step / p.TotalSteps);
            string text = $"[{new string('#', done)}{new string('.', BarWidth - done)}] {line}";
            int width = Math.Max(20, Console.WindowWidth) - 1;
            output.Write("\r" + (text.Length > width ? text[..width] : text.PadRight(width)));
            _open = true;
        }
        else if (p.Step == p.TotalSteps || p.Step == 1 || DateTime.UtcNow - _lastLine > BetweenLines)
        {
            output.WriteLine(line);
            _lastLine = DateTime.UtcNow;
        }
        output.Flush();
    }

    public void OnEvaluated(int step, double loss) =>
        Line(output, string.Create(CultureInfo.InvariantCulture, $"step {step}: held-out loss {loss:F4}, perplexity {Math.Exp(loss):F2}"));

    public void OnCheckpointing(int step)
    {
        // Nothing to make safe: what was shown was shown.
    }

    public void OnCheckpoint(int step, string folder) => Line(output, $"step {step}: checkpoint {folder}");

    public void OnWarning(string message) => Line(error, $"warning: {message}");

    public void Dispose() => Close();

    private void Line(TextWriter target, string text)
    {
        Close();
        target.WriteLine(text);
        target.Flush();
    }

    private void Close()
    {
        if (_open)
            output.WriteLine();
        _open = false;
    }

    private static string Clock(TimeSpan time) => time.TotalHours >= 1 ? time.ToString(@"h\:mm\:ss", CultureInfo.InvariantCulture) : time.ToString(@"m\:ss", CultureInfo.InvariantCulture);
}
