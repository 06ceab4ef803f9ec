using System.Globalization;
using Pipeline.Jobs.Runs.Observation;

namespace Pipeline.Web.Pages;

/// <summary>Training and held-out loss over steps, laid out for an SVG of <see cref="Width"/> × <see cref="Height"/> units.</summary>
internal sealed class LossChart
{
    public const int Width = 640, Height = 240;
    private const double Left = 46, Right = 12, Top = 10, Bottom = 28;
    private readonly double _steps, _low, _high;

    private LossChart(IReadOnlyList<MetricPoint> loss, IReadOnlyList<MetricPoint> held)
    {
        Loss = loss;
        Held = held;
        MetricPoint[] all = [.. loss, .. held];
        _steps = Math.Max(1, all.Max(p => p.Step));
        _high = all.Max(p => p.Value);
        _low = Math.Min(0, all.Min(p => p.Value));
        if (_high <= _low)
            _high = _low + 1;
    }

    public IReadOnlyList<MetricPoint> Loss { get; }

    /// <summary>Loss on held-out examples, when it was measured while training.</summary>
    public IReadOnlyList<MetricPoint> Held { get; }

    /// <returns><c>null</c> when nothing was measured yet.</returns>
    public static LossChart? Of(IReadOnlyDictionary<string, IReadOnlyList<MetricPoint>> metrics)
    {
        MetricPoint[] loss = Finite(metrics, "loss"), held = Finite(metrics, "eval_loss");
        return loss.Length + held.Length == 0 ? null : new LossChart(loss, held);
    }

    /// <summary>The <c>points</c> of a polyline.</summary>
    public string Line(IReadOnlyList<MetricPoint> points) => string.Join(' ', points.Select(p => $"{X(p.Step)},{Y(p.Value)}"));

    public string X(double step) => Unit(Left + (step / _steps * (Width - Left - Right)));

    public string Y(double value) => Unit(Top + ((_high - value) / (_high - _low) * (Height - Top - Bottom)));

    public IEnumerable<(string At, string Text)> LossTicks() =>
        Enumerable.Range(0, 5).Select(i => _low + (i * (_high - _low) / 4)).Select(value => (Y(value), Unit(value)));

    public IEnumerable<(string At, string Text)> StepTicks() =>
        Enumerable.Range(0, 5).Select(i => Math.Round(i * _steps / 4)).Distinct()
        .Select(step => (X(step), step.ToString(CultureInfo.InvariantCulture)));

    private static MetricPoint[] Finite(IReadOnlyDictionary<string, IReadOnlyList<MetricPoint>> metrics, string name) =>
        metrics.TryGetValue(name, out IReadOnlyList<MetricPoint>? points) ? [.. points.Where(p => double.IsFinite(p.Value))] : [];

    private static string Unit(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
