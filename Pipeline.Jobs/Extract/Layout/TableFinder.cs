using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>
/// Finds tables: rows between horizontal rules or in shaded bands first, then rows of three or more cells that are
/// aligned without any rules.
/// </summary>
internal static class TableFinder
{
    private const double SameEdge = 5;         // points by which rules of one table may differ
    private const double LongestRowGap = 150;  // between two rules of one table

    public static List<TableItem> Find(PageContent page, double bodySize)
    {
        List<TableItem> tables = new();
        foreach (RuleLattice lattice in RuleLattice.Find(page).OrderByDescending(l => l.Box.Area))
        {
            if (!tables.Exists(t => t.Box.Intersects(lattice.Box)) && LatticeTable.Read(lattice, page) is { } table)
                tables.Add(table);
        }
        foreach (Box region in RuledRegions(page).OrderByDescending(r => r.Area))
        {
            if (!tables.Exists(t => t.Box.Intersects(region)) && !IsChart(region, page) && TableGrid.Read(region, page) is { } table)
                tables.Add(table);
        }
        foreach (Box region in AlignedRegions(page, bodySize))
        {
            if (!tables.Exists(t => t.Box.Intersects(region)) && !IsChart(region, page) && TableGrid.Read(region, page) is { } table
                && ReadsLikeCells(table))
                tables.Add(table);
        }
        return tables;
    }

    private static IEnumerable<Box> RuledRegions(PageContent page)
    {
        List<Box> rules = JoinCollinear(page.Graphics.Where(g => g.IsHorizontalRule && !g.White).Select(g => g.Box));
        // The edges of shaded rows count as rules.
        foreach (PageGraphic g in page.Graphics)
        {
            if (g is { Kind: GraphicKind.Path, Filled: true, White: false, Segments: <= 6 } && g.Box.Height is > 7 and < 60
                && g.Box.Width > 60
                && page.Segments.Exists(s => g.Box.ContainsCenterOf(s.Box)))
            {
                rules.Add(g.Box with { Y0 = g.Box.Y1 });
                rules.Add(g.Box with { Y1 = g.Box.Y0 });
            }
        }
        rules = JoinCollinear(rules).Where(r => r.Width >= 60).ToList();
        rules.Sort((a, b) => b.Y0.CompareTo(a.Y0));

        bool[] used = new bool[rules.Count];
        for (int i = 0; i < rules.Count; i++)
        {
            if (used[i])
                continue;
            Box region = rules[i];
            int count = 1;
            for (int j = i + 1; j < rules.Count; j++)
            {
                Box next = rules[j];
                if (used[j] || Math.Abs(next.X0 - region.X0) > SameEdge || Math.Abs(next.X1 - region.X1) > SameEdge)
                    continue;
                if (region.Y0 - next.Y1 > LongestRowGap)
                    break;
                region = region.Union(next);
                used[j] = true;
                count++;
            }
            if (count >= 2 && region.Height > 14)
                yield return region;
        }
    }

    private static List<Box> JoinCollinear(IEnumerable<Box> rules)
    {
        List<Box> joined = new();
        foreach (Box rule in rules.OrderByDescending(r => Math.Round(r.CenterY)).ThenBy(r => r.X0))
        {
            int same = joined.FindLastIndex(j => Math.Abs(j.CenterY - rule.CenterY) <= 1.5 && rule.X0 <= j.X1 + 3 && rule.X1 >= j.X0 - 3);
            if (same >= 0) joined[same] = joined[same].Union(rule);
            else joined.Add(rule);
        }
        return joined;
    }

    /// <summary>Curves, images or bars inside: grid lines of a chart look like the rules of a table.</summary>
    private static bool IsChart(Box region, PageContent page)
    {
        int shapes = 0;
        foreach (PageGraphic g in page.Graphics)
        {
            if (!region.ContainsCenterOf(g.Box) || g.White || g.IsHorizontalRule || g.IsVerticalRule)
                continue;
            bool cellShade = g is { Kind: GraphicKind.Path, Filled: true, Segments: <= 6 }
                && (page.Segments.Exists(s => g.Box.ContainsCenterOf(s.Box)) || g.Box.Width >= 0.9 * region.Width);
            bool frame = g is { Kind: GraphicKind.Path, Filled: false, Segments: <= 6 };
            if (!cellShade && !frame)
                shapes++;
        }
        return shapes >= 2;
    }

    /// <summary>Runs of at least three lines with three or more segments that start at the same positions.</summary>
    private static IEnumerable<Box> AlignedRegions(PageContent page, double bodySize)
    {
        List<List<TextSegment>> lines = new();
        foreach (TextSegment segment in page.Segments.OrderByDescending(s => s.Baseline).ThenBy(s => s.Box.X0))
        {
            if (lines.Count > 0 && Math.Abs(lines[^1][0].Baseline - segment.Baseline) <= 0.3 * segment.Size) lines[^1].Add(segment);
            else lines.Add([segment]);
        }
        int at = 0;
        while (at < lines.Count)
        {
            int end = at + 1;
            while (end < lines.Count && lines[at].Count >= 3 && InLine(lines[end - 1], lines[end])
                   && lines[end - 1][0].Baseline - lines[end][0].Baseline < 3 * bodySize)
                end++;
            if (end - at >= 3)
                yield return lines.GetRange(at, end - at).SelectMany(l => l).Select(s => s.Box).Aggregate((a, b) => a.Union(b));
            at = Math.Max(end, at + 1);
        }
    }

    private static bool InLine(List<TextSegment> row, List<TextSegment> next)
    {
        if (next.Count < 3 || Math.Abs(next.Count - row.Count) > 1)
            return false;
        int aligned = next.Count(n => row.Exists(r =>
            Math.Abs(r.Box.X0 - n.Box.X0) <= 4 || Math.Abs(r.Box.X1 - n.Box.X1) <= 4 || Math.Abs(r.Box.CenterX - n.Box.CenterX) <= 4));
        return aligned >= 0.7 * next.Count;
    }

    private static bool ReadsLikeCells(TableItem table)
    {
        int columns = table.Rows[0].Count;
        if (columns < 3)
            return false;
        for (int c = 0; c < columns; c++)
            if (table.Rows.Average(r => r[c].Length) > 40) return false; // columns of running text
        return true;
    }
}
