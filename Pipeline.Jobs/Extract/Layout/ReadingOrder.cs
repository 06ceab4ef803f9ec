using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>
/// Puts the items of a page into the order in which a person reads them. A gutter that only a few items cross splits
/// the page into columns; the crossing items (titles, wide figures) cut it into bands, and each band is read column by
/// column. The same is tried again inside every part.
/// </summary>
internal static class ReadingOrder
{
    private const int MaxDepth = 6;

    /// <returns>Runs of items in one column each, in order; inside a run items go from top to bottom.</returns>
    public static List<List<LayoutItem>> Arrange(IReadOnlyList<LayoutItem> items, double bodySize)
    {
        List<List<LayoutItem>> stretches = new();
        Split(items, bodySize, 0, stretches);
        return stretches.SelectMany(s => Opened(s, bodySize)).ToList();
    }

    /// <summary>A stretch with each box of its groups of boxes as a stretch of its own.</summary>
    private static IEnumerable<List<LayoutItem>> Opened(List<LayoutItem> stretch, double bodySize)
    {
        List<LayoutItem> current = new();
        foreach (LayoutItem item in stretch)
        {
            if (item is not CardsItem cards)
            {
                current.Add(item);
                continue;
            }
            if (current.Count > 0)
                yield return current;
            current = [];
            foreach (IReadOnlyList<LayoutItem> card in cards.Cards)
                foreach (List<LayoutItem> inside in Arrange(card, bodySize)) yield return inside;
        }
        if (current.Count > 0)
            yield return current;
    }

    private static void Split(IReadOnlyList<LayoutItem> items, double bodySize, int depth, List<List<LayoutItem>> stretches)
    {
        if (items.Count == 0)
            return;
        if (depth >= MaxDepth || FindGutter(items, bodySize) is not { } gutter)
        {
            if (depth < MaxDepth && FindCut(items, bodySize) is { } cut)
            {
                Split(items.Where(i => i.Box.CenterY > cut).ToList(), bodySize, depth + 1, stretches);
                Split(items.Where(i => i.Box.CenterY <= cut).ToList(), bodySize, depth + 1, stretches);
                return;
            }
            stretches.Add(items.OrderByDescending(i => TopOf(i, bodySize)).ThenBy(i => i.Box.X0).ToList());
            return;
        }
        foreach (List<LayoutItem> band in Bands(items, gutter, bodySize))
        {
            if (band.Exists(i => SideOf(i, gutter) == Side.Across))
            {
                Split(band, bodySize, depth + 1, stretches);
                continue;
            }
            Split(band.Where(i => SideOf(i, gutter) == Side.Left).ToList(), bodySize, depth + 1, stretches);
            Split(band.Where(i => SideOf(i, gutter) == Side.Right).ToList(), bodySize, depth + 1, stretches);
        }
    }

    /// <summary>The frame of a picture reaches a little over the last line above it.</summary>
    private static double TopOf(LayoutItem item, double bodySize) =>
        item is FigureItem && item.Box.Height > 5 * bodySize ? item.Box.Y1 - bodySize : item.Box.Y1;

    /// <summary>
    /// A height at which nothing stands and below or above which there are columns: a page may begin with three and go on with two.
    /// </summary>
    private static double? FindCut(IReadOnlyList<LayoutItem> items, double bodySize)
    {
        const int Tried = 6;
        if (items.Count < 12)
            return null;
        List<(double Gap, double At)> gaps = new();
        LayoutItem? lowest = null;
        foreach (LayoutItem item in items.OrderByDescending(i => i.Box.Y1))
        {
            // A heading belongs to what follows it.
            if (lowest is not null && lowest.Box.Y0 - item.Box.Y1 is var gap && gap > 0.5 * bodySize)
                gaps.Add((gap + (IsLarge(item, bodySize) ? bodySize : 0) - (IsLarge(lowest, bodySize) ? bodySize : 0),
                    (lowest.Box.Y0 + item.Box.Y1) / 2));
            if (lowest is null || item.Box.Y0 < lowest.Box.Y0)
                lowest = item;
        }
        foreach ((double _, double at) in gaps.OrderByDescending(g => g.Gap).Take(Tried))
        {
            foreach (bool above in (bool[])[true, false])
            {
                List<LayoutItem> part = items.Where(i => i.Box.CenterY > at == above).ToList();
                if (part.Count >= 8 && part.Count < items.Count && FindGutter(part, bodySize) is not null)
                    return at;
            }
        }
        return null;
    }

    private static bool IsLarge(LayoutItem item, double bodySize) => item is TextItem { Segment.Size: var size } && size >= 1.15 * bodySize;

    /// <summary>Alternating bands from the top: items that cross the gutter, items on either side of it.</summary>
    private static IEnumerable<List<LayoutItem>> Bands(IReadOnlyList<LayoutItem> items, Gutter gutter, double bodySize)
    {
        List<LayoutItem> across = items.Where(i => SideOf(i, gutter) == Side.Across).ToList();
        while (items.FirstOrDefault(i => !across.Contains(i) && across.Exists(a => IsNextLine(a, i, bodySize))) is { } line)
            across.Add(line); // the short last line of a title
        // What stands beside a crossing item, such as the page number beside a foot line, belongs to its row.
        across.AddRange(items.Where(i => !across.Contains(i) && across.Exists(a => IsBeside(i.Box, a.Box))).ToArray());
        across = across.OrderByDescending(i => i.Box.CenterY).ToList();
        HashSet<LayoutItem> rows = [.. across];
        List<LayoutItem> rest = items.Where(i => !rows.Contains(i)).OrderByDescending(i => i.Box.CenterY).ToList();
        List<LayoutItem> current = new();
        int next = 0;
        foreach (LayoutItem item in across)
        {
            int from = next;
            while (next < rest.Count && rest[next].Box.CenterY > item.Box.CenterY)
                next++;
            List<LayoutItem> between = rest.GetRange(from, next - from);
            if (between.Count > 0 && OneSided(between, gutter))
            {
                current.AddRange(between); // the short last line of a title, not a column
            }
            else if (between.Count > 0)
            {
                if (current.Count > 0)
                    yield return current;
                yield return between;
                current = [];
            }
            current.Add(item);
        }
        if (current.Count > 0)
            yield return current;
        if (next < rest.Count)
            yield return rest.GetRange(next, rest.Count - next);
    }

    private static bool IsNextLine(LayoutItem above, LayoutItem below, double bodySize) =>
        above is TextItem { Segment: var first } && below is TextItem { Segment: var next } && first.Size >= 1.12 * bodySize
        && Math.Abs(first.Size - next.Size) < 0.3 && first.Bold == next.Bold && Math.Abs(first.Box.X0 - next.Box.X0) < 3
        && first.Baseline - next.Baseline is var step && step > 0.8 * next.Size && step < 1.6 * next.Size;

    private static bool OneSided(List<LayoutItem> items, Gutter gutter) =>
        items.TrueForAll(i => SideOf(i, gutter) == Side.Left) || items.TrueForAll(i => SideOf(i, gutter) == Side.Right);

    private static Gutter? FindGutter(IReadOnlyList<LayoutItem> items, double bodySize)
    {
        double left = items.Min(i => i.Box.X0), right = items.Max(i => i.Box.X1), width = right - left;
        if (items.Count < 4 || width < 12 * bodySize)
            return null;
        // Small things such as a page number may stand in the middle of the gutter.
        Box[] edges = [.. items.Where(i => !IsPageNumber(i)).Select(i => i.Box)];
        HashSet<Gutter> tried = [];
        Gutter? best = null;
        double bestScore = 0;
        foreach (double x in items.Select(i => Math.Round(i.Box.X1)).Distinct())
        {
            if (x < left + 0.12 * width || x > right - 0.12 * width)
                continue;
            Gutter gutter = GutterAt(x, edges);
            if (gutter.To - gutter.From < 0.7 * bodySize || !tried.Add(gutter))
                continue;
            double score = ScoreOf(items, gutter, bodySize);
            if (score > bestScore)
                (best, bestScore) = (gutter, score);
        }
        return best;
    }

    /// <summary>The free place right of what ends at a position or before it.</summary>
    private static Gutter GutterAt(double x, Box[] edges)
    {
        double from = double.NaN, to = double.NaN;
        foreach (Box box in edges)
            if (box.X1 <= x + 1 && !(box.X1 <= from)) from = box.X1;
        from = double.IsNaN(from) ? x : from;
        foreach (Box box in edges)
            if (box.X0 >= from && !(box.X0 >= to)) to = box.X0;
        return new Gutter(from, double.IsNaN(to) ? x : to);
    }

    /// <summary>Height over which both columns have content, minus interruptions; 0 when this is no gutter.</summary>
    private static double ScoreOf(IReadOnlyList<LayoutItem> items, Gutter gutter, double bodySize)
    {
        List<Box> lefts = new();
        List<Box> rights = new();
        List<Box> across = new();
        foreach (LayoutItem item in items)
            (SideOf(item, gutter) switch { Side.Left => lefts, Side.Right => rights, _ => across }).Add(item.Box);
        if (lefts.Count == 0 || rights.Count == 0)
            return 0;
        if (WidthOf(lefts) < 6 * bodySize || WidthOf(rights) < 6 * bodySize)
            return 0; // numbers of list items or equations, not a column
        // Columns have no text beside a crossing line, but for the foot line and its page number: few of them are no columns.
        int beside = across.Count(crossing => lefts.Exists(b => IsBeside(b, crossing)) || rights.Exists(b => IsBeside(b, crossing)));
        if (beside > 0 && (beside > 2 || beside * 8 > lefts.Count + rights.Count))
            return 0;
        double shared = SharedHeight(lefts, rights);
        double gap = Math.Min(gutter.To - gutter.From, 2 * bodySize);
        return shared >= 1.9 * bodySize ? shared + gap - 2 * across.Count - 6 * bodySize * beside : 0;
    }

    private static bool IsPageNumber(LayoutItem item) =>
        item is TextItem { Segment: { Words: [{ Text.Length: <= 4 } only] } } && only.Text.All(char.IsAsciiLetterOrDigit);

    private static bool IsBeside(Box box, Box crossing) => box.OverlapY(crossing) > 0.4 * Math.Min(box.Height, crossing.Height);

    private static double WidthOf(List<Box> boxes)
    {
        double left = double.MaxValue, right = double.MinValue;
        foreach (Box box in boxes)
            (left, right) = (Math.Min(left, box.X0), Math.Max(right, box.X1));
        return right - left;
    }

    private static double SharedHeight(List<Box> lefts, List<Box> rights)
    {
        double top = Math.Min(lefts.Max(b => b.Y1), rights.Max(b => b.Y1));
        double bottom = Math.Max(lefts.Min(b => b.Y0), rights.Min(b => b.Y0));
        if (top <= bottom)
            return 0;
        double Covered(List<Box> boxes) => boxes.Sum(b => Math.Max(0, Math.Min(b.Y1, top) - Math.Max(b.Y0, bottom)));
        return Math.Min(top - bottom, Math.Min(Covered(lefts), Covered(rights)));
    }

    // A figure that extends a little into the gutter still belongs to its column: only what reaches the other side crosses it.
    private static Side SideOf(LayoutItem item, Gutter gutter) =>
        item.Box.X0 > gutter.From + 0.5 && item.Box.X1 < gutter.To - 0.5 ? Side.Across
        : item.Box.X1 <= Math.Max(gutter.From, gutter.To - 2) + 1 ? Side.Left
        : item.Box.X0 >= Math.Min(gutter.To, gutter.From + 2) - 1 ? Side.Right
        : Side.Across;

    private enum Side
    {
        Left,
        Right,
        Across,
    }

    private readonly record struct Gutter(double From, double To);
}
