using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Finds the numbers that stand in the margin beside the lines of a page.</summary>
internal static class LineNumbers
{
    private const int Fewest = 5;

    /// <summary>Numbers that count the lines: one under the other in the margin, each beside a line, growing by the same step.</summary>
    public static IEnumerable<TextSegment> Find(PageContent page)
    {
        TextSegment[] numbers = page.Segments
            .Where(s => s.Words.Count == 1 && MarginNumbers.ValueOf(s.Words[0].Text) is not null).ToArray();
        foreach (bool left in (bool[])[true, false])
        {
            foreach (IGrouping<double, TextSegment> column in numbers.GroupBy(s => Math.Round((left ? s.Box.X1 : s.Box.X0) / 4)))
            {
                TextSegment[] sorted = [.. column.OrderByDescending(s => s.Baseline)];
                if (sorted.Length < Fewest || !Counts(sorted) || !IsMargin(sorted, page, left))
                    continue;
                foreach (TextSegment number in sorted)
                    yield return number;
            }
        }
    }

    private static bool Counts(TextSegment[] sorted)
    {
        int[] steps = sorted.Zip(sorted.Skip(1),
            (a, b) => MarginNumbers.ValueOf(b.Words[0].Text)!.Value - MarginNumbers.ValueOf(a.Words[0].Text)!.Value).ToArray();
        return steps[0] is 1 or 2 or 5 or 10 && steps.Count(s => s == steps[0]) >= 0.9 * steps.Length;
    }

    /// <summary>All other text is on one side, and most numbers stand beside a line of it.</summary>
    private static bool IsMargin(TextSegment[] numbers, PageContent page, bool left)
    {
        double edge = left ? numbers.Max(n => n.Box.X1) : numbers.Min(n => n.Box.X0);
        HashSet<TextSegment> own = [.. numbers];
        TextSegment[] others = page.Segments.Where(s => !own.Contains(s) && s.Words.Sum(w => w.Text.Length) > 8).ToArray();
        if (others.Length < Fewest || others.Count(s => left ? s.Box.X0 >= edge - 1 : s.Box.X1 <= edge + 1) < 0.95 * others.Length)
            return false;
        int beside = numbers.Count(n => others.Any(s => Math.Abs(s.Baseline - n.Baseline) < 0.5 * s.Size));
        return beside >= 0.8 * numbers.Length && others.Average(s => s.Words.Count) >= 4;
    }
}
