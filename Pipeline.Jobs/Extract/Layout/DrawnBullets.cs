using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Small discs and squares in front of lines are the signs of list items, as if they were characters.</summary>
internal static class DrawnBullets
{
    private const double Smallest = 1.5, Largest = 11; // points
    private const double Furthest = 2.6;               // ems from the line

    public static List<TextSegment> Mark(List<TextSegment> segments, IReadOnlyList<PageGraphic> graphics)
    {
        List<(PageGraphic Sign, TextSegment Line)> signs = new();
        foreach (PageGraphic graphic in graphics)
            if (IsSign(graphic) && LineOf(graphic.Box, segments) is { } line) signs.Add((graphic, line));
        // One alone may be anything.
        signs.RemoveAll(s => !signs.Exists(o => o.Line != s.Line && Math.Abs(o.Sign.Box.Width - s.Sign.Box.Width) < 0.8
            && Math.Abs(o.Sign.Box.X0 - s.Sign.Box.X0) < 120));
        if (signs.Count == 0)
            return segments;
        List<TextSegment> marked = [.. segments];
        foreach ((PageGraphic sign, TextSegment line) in signs)
        {
            int at = marked.IndexOf(line);
            if (at < 0)
                continue; // a sign is drawn twice: its outline and its inside
            TextWord word = new(TextOf(sign), sign.Box, line.Size, line.Font, Bold: false, Monospaced: false);
            marked[at] = TextSegment.Of([word, .. line.Words], line.Baseline);
        }
        return marked;
    }

    private static bool IsSign(PageGraphic g) =>
        g.Kind == GraphicKind.Path && !g.White && g.Box.Width is >= Smallest and <= Largest && g.Box.Height is >= Smallest and <= Largest
        && g.Box.Width / g.Box.Height is > 0.7 and < 1.43;

    private static TextSegment? LineOf(Box sign, List<TextSegment> segments)
    {
        TextSegment? line = null;
        foreach (TextSegment segment in segments)
        {
            double size = segment.Size, rise = sign.CenterY - segment.Baseline, gap = segment.Box.X0 - sign.X1;
            if (rise < -0.05 * size || rise > 0.8 * size || sign.Height > 1.1 * size)
                continue;
            if (segment.Box.X0 < sign.X0 && segment.Box.X1 > sign.X0 - size)
                return null; // it stands in a line
            if (gap > 0.1 * size && gap < Furthest * size && (line is null || segment.Box.X0 < line.Box.X0))
                line = segment;
        }
        return line is not null && char.IsLetterOrDigit(line.Words[0].Text[0]) ? line : null;
    }

    private static string TextOf(PageGraphic sign) =>
        sign.IsRectangle ? (sign.Filled ? "▪" : "☐") : sign.Filled ? "•" : "◦";
}
