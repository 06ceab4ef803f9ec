using System.Globalization;
using Pipeline.Jobs.Runs.Observation;

namespace Pipeline.Web.Runs;

/// <summary>The progress of a run's training, from its curves.</summary>
internal static class TrainingNow
{
    private const int Window = 20; // steps

    /// <summary>Step, loss, speed and time left; null before the first step.</summary>
    public static string? Describe(IReadOnlyDictionary<string, IReadOnlyList<MetricPoint>> metrics)
    {
        IReadOnlyList<MetricPoint> loss = Curve("loss"), steps = Curve("total_steps"), speed = Curve("tokens_per_second");
        if (loss.Count == 0)
            return null;
        CultureInfo c = CultureInfo.InvariantCulture;
        string text = string.Create(c,
            $"step {loss[^1].Step}{(steps.Count > 0 ? $"/{steps[^1].Value:F0}" : "")}, loss {loss[^1].Value:F3}");
        if (speed.Count > 0)
            text += string.Create(c, $", {speed[^1].Value:F0} tokens/s");
        if (steps.Count > 0 && StepTime(loss) is { } step)
        {
            TimeSpan left = step * Math.Max(0, steps[^1].Value - loss[^1].Step);
            text += string.Create(c, $", {(int)left.TotalMinutes}:{left.Seconds:00} left");
        }
        return text;

        IReadOnlyList<MetricPoint> Curve(string name) => metrics.TryGetValue(name, out IReadOnlyList<MetricPoint>? points) ? points : [];
    }

    // The median, since a pause between two attempts or an evaluation is not a step.
    private static TimeSpan? StepTime(IReadOnlyList<MetricPoint> points)
    {
        TimeSpan[] times = [.. points.Skip(Math.Max(0, points.Count - Window - 1))
            .Zip(points.Skip(Math.Max(0, points.Count - Window - 1) + 1),
            (before, after) => (after.At - before.At) / Math.Max(1, after.Step - before.Step)).Order()];
        return times.Length == 0 ? null : times[times.Length / 2];
    }
}
