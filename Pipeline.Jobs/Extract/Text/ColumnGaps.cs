namespace Pipeline.Jobs.Extract.Text;

/// <summary>
/// Divides lines that reach over two columns: gutters may be hardly wider than a space, and then only the lines above and below, which
/// leave the same place free, tell them apart.
/// </summary>
internal static class ColumnGaps
{
    private const double NarrowestGap = 0.55;   // in ems
    private const double NarrowestFree = 0.42;  // in ems: what all lines together leave free
    private const int FewestLines = 5;
    private const double NarrowestColumn = 9;   // in ems

    public static List<TextSegment> Split(List<TextSegment> segments)
    {
        List<Line> lines = LinesOf(segments);
        Dictionary<TextSegment, SortedSet<int>> cuts = [];
        for (int i = 0; i < lines.Count; i++)
        {
            foreach (Gap gap in lines[i].Gaps.Where(g => g.Segment is not null))
            {
                if (cuts.TryGetValue(gap.Segment!, out SortedSet<int>? known) && known.Contains(gap.Word))
                    continue;
                foreach (Gap cut in Column(lines, i, gap))
                {
                    if (!cuts.TryGetValue(cut.Segment!, out SortedSet<int>? at))
                        cuts[cut.Segment!] = at = [];
                    at.Add(cut.Word);
                }
            }
        }
        if (cuts.Count == 0)
            return segments;
        List<TextSegment> split = new(segments.Count + cuts.Count);
        foreach (TextSegment segment in segments)
        {
            if (!cuts.TryGetValue(segment, out SortedSet<int>? at))
            {
                split.Add(segment);
                continue;
            }
            int from = 0;
            foreach (int to in at.Append(segment.Words.Count))
            {
                split.Add(TextSegment.Of(segment.Words.Skip(from).Take(to - from).ToList(), segment.Baseline));
                from = to;
            }
        }
        return split;
    }

    /// <summary>Gaps of the lines above and below that continue a gap; none when it is no gutter.</summary>
    private static List<Gap> Column(List<Line> lines, int start, Gap gap)
    {
        List<Gap> members = [gap];
        (double from, double to) = (gap.From, gap.To);
        double left = gap.Left, right = gap.Right, least = NarrowestFree * lines[start].Size;
        int both = 1;
        foreach (int step in (int[])[1, -1])
        {
            double baseline = lines[start].Baseline;
            for (int i = start + step; i >= 0 && i < lines.Count; i += step)
            {
                Line line = lines[i];
                if (Math.Abs(line.Baseline - baseline) > 3 * line.Size)
                    break;
                if (line.Text.All(t => t.X1 <= from || t.X0 >= to))
                {
                    bool before = line.Text.Any(t => t.X1 <= from), after = line.Text.Any(t => t.X0 >= to);
                    both += before && after ? 1 : 0;
                    baseline = line.Baseline;
                    continue;
                }
                Gap? next = line.Gaps.Where(g => Math.Min(g.To, to) - Math.Max(g.From, from) >= least).Cast<Gap?>().FirstOrDefault();
                if (next is not { Segment: not null } member)
                    break;
                members.Add(member);
                (from, to) = (Math.Max(from, member.From), Math.Min(to, member.To));
                (left, right) = (Math.Max(left, member.Left), Math.Max(right, member.Right));
                both++;
                baseline = line.Baseline;
            }
        }
        double narrowest = NarrowestColumn * lines[start].Size;
        return both >= FewestLines && members.Count >= 2 && left >= narrowest && right >= narrowest ? members : [];
    }

    private static List<Line> LinesOf(List<TextSegment> segments)
    {
        List<Line> lines = [];
        foreach (TextSegment segment in segments.OrderByDescending(s => s.Baseline))
        {
            if (lines.Count == 0 || lines[^1].Baseline - segment.Baseline > 0.2 * Math.Max(segment.Size, lines[^1].Size))
                lines.Add(new Line(segment.Baseline, segment.Size, [], []));
            Line line = lines[^1];
            line.Text.AddRange(segment.Words.Select(w => (w.Box.X0, w.Box.X1)));
            double usual = double.NaN; // not needed where all gaps are narrow
            for (int i = 1; i < segment.Words.Count; i++)
            {
                double from = segment.Words[i - 1].Box.X1, to = segment.Words[i].Box.X0;
                if (to - from < NarrowestGap * segment.Size)
                    continue;
                usual = double.IsNaN(usual) ? UsualGap(segment) : usual;
                if (to - from >= 1.05 * usual)
                    line.Gaps.Add(new Gap(from, to, from - segment.Box.X0, segment.Box.X1 - to, segment, i));
            }
        }
        return lines;
    }

    private static double UsualGap(TextSegment segment)
    {
        double[] gaps = segment.Words.Zip(segment.Words.Skip(1), (a, b) => b.Box.X0 - a.Box.X1).Order().ToArray();
        return gaps[gaps.Length / 2];
    }

    private sealed record Line(double Baseline, double Size, List<(double X0, double X1)> Text, List<Gap> Gaps);

    /// <summary>A place between two words of a segment, with the widths of what is left and right of it.</summary>
    private readonly record struct Gap(double From, double To, double Left, double Right, TextSegment? Segment, int Word);
}
