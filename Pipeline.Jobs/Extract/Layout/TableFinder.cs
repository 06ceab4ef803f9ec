using System.Globalization;
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
        PageContent withSideways = page with { Segments = [.. page.Segments, .. page.Sideways.Select(AsOneWord)] };
        foreach (RuleLattice lattice in RuleLattice.Find(page).OrderByDescending(l => l.Box.Area))
        {
            if (!tables.Exists(t => t.Box.Intersects(lattice.Box)) && LatticeTable.Read(lattice, withSideways) is { } table)
                tables.Add(WithHeadAbove(table, lattice, page));
        }
        foreach (Box region in RuledRegions(page).OrderByDescending(r => r.Area))
        {
            if (!tables.Exists(t => t.Box.Intersects(region)) && !IsChart(region, page) && TableGrid.Read(region, page) is { } table)
                tables.Add(table);
        }
        foreach (Box region in AlignedRegions(page, bodySize))
        {
            (Box whole, PageContent divided) = WithHeadLine(region, page);
            if (!tables.Exists(t => t.Box.Intersects(whole)) && !IsChart(whole, divided) && TableGrid.Read(whole, divided) is { } table
                && ReadsLikeCells(table))
                tables.Add(table);
        }
        tables.RemoveAll(IsContents);
        return tables;
    }

    /// <summary>Heads that run up the page, in narrow columns.</summary>
    private static TextSegment AsOneWord(TextSegment sideways) => TextSegment.Of(
        [sideways.Words[0] with { Text = sideways.Text, Box = sideways.Box, Glyphs = sideways.Glyphs }], sideways.Box.Y0, sideways.Turn);

    /// <summary>A table of contents is a list of lines, whatever is drawn between them.</summary>
    private static bool IsContents(TableItem table)
    {
        if (table.Rows[0].Count != 2 || table.Rows.Count < 4 || table.HeaderRows > 0)
            return false;
        int last = 0;
        foreach (IReadOnlyList<string> row in table.Rows)
        {
            if (!int.TryParse(row[1], NumberStyles.None, CultureInfo.InvariantCulture, out int page) || page < last
                || !row[0].Any(char.IsLetter))
                return false;
            last = page;
        }
        return true;
    }

    /// <summary>Heads of columns may stand above the lines of the table.</summary>
    private static TableItem WithHeadAbove(TableItem table, RuleLattice lattice, PageContent page)
    {
        if (table.HeaderRows > 0 || table.Rows[0].Count != lattice.Xs.Length - 1)
            return table;
        double top = lattice.Ys[0];
        List<TextSegment> above = page.Segments.Where(s => s.Box.CenterY > top && s.Baseline - top < 2.5 * s.Size
            && s.Box.OverlapX(lattice.Box) > 0).ToList();
        if (above.Count < 2 || above.Max(s => s.Baseline) - above.Min(s => s.Baseline) > 0.4 * above[0].Size)
            return table;
        string[] heads = Enumerable.Repeat("", table.Rows[0].Count).ToArray();
        foreach (TextSegment segment in above)
        {
            int column;
            for (column = 0; column < heads.Length; column++)
                if (segment.Box.X0 >= lattice.Xs[column] - 4 && segment.Box.X1 <= lattice.Xs[column + 1] + 4) break;
            if (column == heads.Length || heads[column].Length > 0)
                return table;
            heads[column] = segment.Text;
        }
        if (heads.Count(h => h.Length > 0) < Math.Max(2, heads.Length - 1))
            return table;
        return table with
        {
            Box = above.Select(s => s.Box).Aggregate(table.Box, (a, b) => a.Union(b)),
            Rows = [heads, .. table.Rows],
            HeaderRows = 1,
            Spans = [.. table.Spans.Select(s => s with { Row = s.Row + 1 })],
        };
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
                if (region.Y0 - next.Y1 > LongestRowGap || IsProseBetween(region, next, page))
                    break;
                region = region.Union(next);
                used[j] = true;
                count++;
            }
            if (count >= 2 && region.Height > 14)
                yield return WithLastRow(region, page);
        }
    }

    /// <summary>Where every second row is shaded, the last one may be a plain one below the shades.</summary>
    private static Box WithLastRow(Box region, PageContent page)
    {
        Box[] shades = page.Graphics.Where(g => g is { Kind: GraphicKind.Path, Filled: true, White: false, Segments: <= 6 }
            && g.Box.Height is > 7 and < 60 && region.Inflate(1).ContainsCenterOf(g.Box) && g.Box.Width > 0.95 * region.Width)
            .Select(g => g.Box).OrderBy(b => b.Y0).ToArray();
        if (shades.Length < 2 || shades[0].Y0 > region.Y0 + 2)
            return region;
        double height = shades[0].Height, plain = shades[1].Y0 - shades[0].Y1;
        if (Math.Abs(plain - height) > 0.15 * height)
            return region;
        Box next = new(region.X0, region.Y0 - height, region.X1, region.Y0);
        List<TextSegment> row = page.Segments.Where(s => next.ContainsCenterOf(s.Box)).ToList();
        return row.Count >= 2 && row.TrueForAll(s => s.Words.Count < 7) ? region.Union(next) : region;
    }

    /// <summary>A paragraph between two lines parts two tables.</summary>
    private static bool IsProseBetween(Box above, Box below, PageContent page)
    {
        Box gap = new(above.X0, below.Y1, above.X1, above.Y0);
        List<TextSegment> between = page.Segments.Where(s => gap.ContainsCenterOf(s.Box)).ToList();
        return between.Exists(s => s.Words.Count >= 7 && s.Box.Width > 0.6 * gap.Width) && between.Exists(s => s.Text[^1] is '.' or '。')
            && between.TrueForAll(s => s.Box.X0 < gap.X0 + 0.1 * gap.Width
                && !between.Exists(o => o != s && Math.Abs(o.Baseline - s.Baseline) < 2));
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
            int end = at + 1, last = at;
            List<(double From, double To)> columns = lines[at].ConvertAll(s => (s.Box.X0, s.Box.X1));
            while (end < lines.Count && lines[at].Count >= 3 && lines[end - 1][0].Baseline - lines[end][0].Baseline < 3 * bodySize
                && InColumns(lines[end], columns))
            {
                if (lines[end].Count > 1) last = end;
                end++;
            }
            if (last - at >= 2)
                yield return lines.GetRange(at, last - at + 1).SelectMany(l => l).Select(s => s.Box).Aggregate((a, b) => a.Union(b));
            at = last > at ? last + 1 : at + 1;
        }
    }

    /// <summary>Whether each piece of a line stands in one of the columns so far, which grow with it.</summary>
    private static bool InColumns(List<TextSegment> line, List<(double From, double To)> columns)
    {
        List<(double From, double To)> grown = [.. columns];
        HashSet<int> used = [];
        foreach (TextSegment segment in line)
        {
            int[] over = Enumerable.Range(0, grown.Count)
                .Where(c => Math.Min(grown[c].To, segment.Box.X1) - Math.Max(grown[c].From, segment.Box.X0) > -1).ToArray();
            if (over.Length != 1 || !used.Add(over[0]) || segment.Words.Count > 8)
                return false;
            (double from, double to) = grown[over[0]];
            grown[over[0]] = (Math.Min(from, segment.Box.X0), Math.Max(to, segment.Box.X1));
        }
        columns.Clear();
        columns.AddRange(grown);
        return true;
    }

    /// <summary>
    /// Heads of columns may fill them, so that nothing but their places parts them: a line above the rows in which a word begins at the
    /// left edge of every column.
    /// </summary>
    /// <returns>The region with that line, and the page with the line divided; both as they were without one.</returns>
    private static (Box Region, PageContent Page) WithHeadLine(Box region, PageContent page)
    {
        List<TextSegment> inside = page.Segments.Where(s => region.ContainsCenterOf(s.Box)).ToList();
        double top = inside.Max(s => s.Baseline);
        List<TextSegment> first = inside.Where(s => top - s.Baseline < 0.3 * s.Size).OrderBy(s => s.Box.X0).ToList();
        double pitch = top - inside.Where(s => top - s.Baseline >= 0.3 * s.Size).Max(s => s.Baseline);
        TextSegment[] above = page.Segments.Where(s => s.Baseline > top + 0.3 * s.Size && s.Baseline < top + 1.3 * pitch
            && s.Box.OverlapX(region) > 0).ToArray();
        if (above is not [{ } line] || line.Words.Count < first.Count)
            return (region, page);
        int[] starts = [.. first.Select(s => line.Words.ToList().FindIndex(w => Math.Abs(w.Box.X0 - s.Box.X0) < 3))];
        if (starts[0] != 0 || starts.Contains(-1) || starts.Zip(starts.Skip(1)).Any(p => p.First >= p.Second))
            return (region, page);
        IEnumerable<TextSegment> pieces = starts.Select((start, i) =>
            TextSegment.Of([.. line.Words.Take(start..(i + 1 < starts.Length ? starts[i + 1] : line.Words.Count))], line.Baseline));
        return (region.Union(line.Box), page with { Segments = [.. page.Segments.Where(s => s != line), .. pieces] });
    }

    private static bool ReadsLikeCells(TableItem table)
    {
        int columns = table.Rows[0].Count;
        if (columns < 3)
            return false;
        for (int c = 0; c < columns; c++)
            if (table.Rows.Average(r => r[c].Length) > 40) return false; // columns of running text
        // The same, in narrow columns: lines of several words which neither numbers nor ends of cells break.
        int prose = Enumerable.Range(0, columns).Count(c => table.Rows.Average(r => r[c].Count(l => l == ' ')) > 2.5
            && table.Rows.Count(r => r[c].Length > 0 && char.IsLower(r[c][0])) > 0.4 * table.Rows.Count);
        return prose < columns;
    }
}
