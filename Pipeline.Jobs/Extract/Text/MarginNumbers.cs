using System.Globalization;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Parts the numbers of lines, which may stand close to their lines, from the text.</summary>
internal static class MarginNumbers
{
    private const int Fewest = 8;

    public static List<TextSegment> Split(List<TextSegment> segments)
    {
        TextSegment[] led = segments.Where(s => s.Words.Count > 1 && ValueOf(s.Words[0].Text) is not null
            && s.Words[1].Box.X0 - s.Words[0].Box.X1 > 0.5 * s.Size).OrderByDescending(s => s.Baseline).ToArray();
        if (led.Length < Fewest)
            return segments;
        int[] steps = led.Zip(led.Skip(1), (a, b) => ValueOf(b.Words[0].Text)!.Value - ValueOf(a.Words[0].Text)!.Value).ToArray();
        double[] rights = led.Select(s => s.Words[0].Box.X1).Order().ToArray(), starts = led.Select(s => s.Words[1].Box.X0).Order()
            .ToArray();
        bool aligned = rights[^1] - rights[0] < 3 || led.Max(s => s.Box.X0) - led.Min(s => s.Box.X0) < 3;
        double column = starts[starts.Length / 2];
        // Items of a list are numbered too, but not every line of the text.
        int onLines = segments.Count(s => s.Words.Count > 2 && Math.Abs(s.Words[0].Box.X0 - column) < 30);
        if (!aligned || steps.Count(s => s == 1) < 0.9 * steps.Length || onLines > led.Length / 2)
            return segments;
        HashSet<TextSegment> numbered = [.. led];
        List<TextSegment> split = new(segments.Count + led.Length);
        foreach (TextSegment segment in segments)
        {
            if (!numbered.Contains(segment))
            {
                split.Add(segment);
                continue;
            }
            split.Add(TextSegment.Of([segment.Words[0]], segment.Baseline));
            split.Add(TextSegment.Of(segment.Words.Skip(1).ToList(), segment.Baseline));
        }
        return split;
    }

    /// <summary>A word as the number of a line; null when it is none.</summary>
    public static int? ValueOf(string text) =>
        text.Length <= 4 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
}
