using System.Text;
using Microsoft.Extensions.Logging;

namespace Pipeline.Jobs.Train.Engines;

/// <summary>Handles an engine's output: logs it, within a rate limit, and keeps the last lines for messages.</summary>
internal sealed class EngineOutput(string engine, ILogger logger, TimeProvider time)
{
    private const int LinesOfMessages = 12, LongestLine = 400, LinesPerPause = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly Queue<string> _output = [], _errors = [];
    private long _since;
    private int _logged, _skipped;

    public void Add(string line, bool isError)
    {
        string text = Clean(line);
        if (text.Length == 0) return;
        Queue<string> last = isError ? _errors : _output;
        last.Enqueue(text);
        if (last.Count > LinesOfMessages) last.Dequeue();
        if (_logged == 0 || time.GetElapsedTime(_since) > Pause)
        {
            LogSkipped();
            (_since, _logged) = (time.GetTimestamp(), 0);
        }
        if (_logged++ < LinesPerPause) JobsLog.EngineLine(logger, engine, text);
        else _skipped++;
    }

    /// <summary>Logs how many lines were dropped since the last one.</summary>
    public void LogSkipped()
    {
        if (_skipped > 0) JobsLog.EngineLinesSkipped(logger, engine, _skipped);
        _skipped = 0;
    }

    /// <summary>The last lines of standard error, or of standard output when there were none.</summary>
    public string Tail =>
        _errors.Count + _output.Count == 0 ? "it wrote nothing" : string.Join(Environment.NewLine, _errors.Count > 0 ? _errors : _output);

    // Terminal colours and cursor movements are noise in a log, and Postgres does not store NUL.
    private static string Clean(string line)
    {
        StringBuilder text = new();
        for (int i = 0; i < line.Length && text.Length < LongestLine; i++)
        {
            if (line[i] == '\x1b' && i + 1 < line.Length && line[i + 1] == '[')
                for (i += 2; i < line.Length && line[i] is < '@' or > '~'; i++) { }
            else if (!char.IsControl(line[i]) && line[i] != '\ufffd')
                text.Append(line[i]);
        }
        return text.ToString().Trim();
    }
}
