using System.Globalization;

namespace Pipeline.Jobs.Report;

/// <summary>
/// Charts as SVG that stretch to the width they get; their labels are text of the page, so they stay readable on a phone. Colours come
/// from classes.
/// </summary>
internal static class ReportCharts
{
    /// <summary>A bar from 0 to a share with its interval, in an axis from 0 to 1.</summary>
    public static string Share(double share, double low, double high, string css) => Svg("bar", "0 0 100 10",
        $"<rect class=\"track\" x=\"0\" y=\"1\" width=\"100\" height=\"8\"/>"
        + $"<rect class=\"{css}\" x=\"0\" y=\"1\" width=\"{F(share * 100)}\" height=\"8\"/>"
        + $"<line class=\"interval\" x1=\"{F(low * 100)}\" x2=\"{F(high * 100)}\" y1=\"5\" y2=\"5\"/>");

    /// <summary>A part of a whole, without an interval.</summary>
    public static string Part(double share, string css) => Svg("bar", "0 0 100 10",
        $"<rect class=\"track\" x=\"0\" y=\"1\" width=\"100\" height=\"8\"/>"
        + $"<rect class=\"{css}\" x=\"0\" y=\"1\" width=\"{F(Math.Clamp(share, 0, 1) * 100)}\" height=\"8\"/>");

    /// <summary>A difference with its interval, in an axis from -1 to 1 with zero in the middle.</summary>
    public static string Difference(double mean, double low, double high) => Svg("bar", "-103 0 206 10",
        "<rect class=\"track\" x=\"-103\" y=\"1\" width=\"206\" height=\"8\"/><line class=\"zero\" x1=\"0\" x2=\"0\" y1=\"0\" y2=\"10\"/>"
        + $"<line class=\"{(low > 0 ? "gain" : high < 0 ? "loss" : "none")}\" x1=\"{F(low * 100)}\" x2=\"{F(high * 100)}\" y1=\"5\" "
        + $"y2=\"5\"/>"
        + $"<rect class=\"{(low > 0 ? "gain" : high < 0 ? "loss" : "none")}\" x=\"{F(mean * 100 - 1.2)}\" y=\"2\" width=\"2.4\" "
        + $"height=\"6\"/>");

    /// <summary>Curves over steps; the highest and lowest value and the last step stand beside them.</summary>
    public static string Curves(ReportWriter writer, IReadOnlyList<(string Css, string Name, IReadOnlyList<CurvePoint> Points)> curves)
    {
        CurvePoint[] all = [.. curves.SelectMany(curve => curve.Points).Where(point => double.IsFinite(point.Value))];
        if (all.Length == 0) return "";
        double top = all.Max(p => p.Value), bottom = Math.Min(0, all.Min(p => p.Value)), span = top > bottom ? top - bottom : 1;
        int first = all.Min(p => p.Step), steps = Math.Max(1, all.Max(p => p.Step) - first);
        string lines = string.Concat(curves.Where(curve => curve.Points.Count > 0).Select(curve =>
            $"<polyline class=\"{curve.Css}\" points=\""
            + string.Join(' ', curve.Points.Where(p => double.IsFinite(p.Value)).Select(p =>
                $"{F(100.0 * (p.Step - first) / steps)},{F(100 - 100 * (p.Value - bottom) / span)}")) + "\"/>"));
        string legend = string.Concat(curves.Where(curve => curve.Points.Count > 0)
            .Select(curve => $"<span class=\"key {curve.Css}\">{ReportWriter.E(curve.Name)}</span>"));
        return $"<figure class=\"curve\"><div class=\"legend\">{legend}</div>"
            + $"<div class=\"plot\"><div class=\"y\"><span>{writer.Number(top, 2)}</span><span>{writer.Number(bottom, 2)}</span></div>"
            + Svg("lines", "0 0 100 100", $"<line class=\"grid\" x1=\"0\" x2=\"100\" y1=\"50\" y2=\"50\"/>{lines}") + "</div>"
            + $"<div class=\"x\"><span>{writer.W("step", "paso")} {writer.Count(first)}</span>"
            + $"<span>{writer.W("step", "paso")} {writer.Count(first + steps)}</span></div></figure>\n";
    }

    // Numbers stand beside every chart, so screen readers need not read it.
    private static string Svg(string css, string viewBox, string content) =>
        $"<svg class=\"{css}\" viewBox=\"{viewBox}\" preserveAspectRatio=\"none\" aria-hidden=\"true\" focusable=\"false\">{content}</svg>";

    private static string F(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
