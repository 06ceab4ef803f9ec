using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Tables;

/// <summary>
/// Finds tables: rows between horizontal rules or in shaded bands first, then rows of three or more cells that are
/// aligned without any rules.
/// </summary>
internal static partial class TableFinder
{
    private const double SameEdge = 5;         // points by which rules of one table may differ
    private const double LongestRowGap = 150;  // between two rules of one table

    public static List<TableItem> Find(PageContent page, double bodySize)
    {
        List<TableItem> tables = new(), replaced = new(), byText = ByText(page, bodySize);
        void Add(TableItem table, bool grid)
        {
            bool less = byText.Exists(t => t.Box.Intersects(table.Box) && ShowsMore(t, table)
                && (!grid || table.Rows.Count < 4 || t.Box.Height < 1.5 * table.Box.Height)); // not a grid and what is beside it
            (less ? replaced : tables).Add(table);
        }

        PageContent withSideways = page with { Segments = [.. page.Segments, .. page.Sideways.Select(AsOneWord)] };
        foreach (RuleLattice lattice in RuleLattice.Find(page).OrderByDescending(l => l.Box.Area))
        {
            if (!tables.Exists(t => t.Box.Intersects(lattice.Box)) && LatticeTable.Read(lattice, withSideways) is { } table)
                Add(WithHeadAbove(table, lattice, page), grid: true);
        }
        foreach (Box region in RuledRegions(page).OrderByDescending(r => r.Area))
        {
            if (!tables.Exists(t => t.Box.Intersects(region)) && !IsChart(region, page) && TableGrid.Read(region, page) is { } table
                && !IsRunningText(table))
                Add(table, grid: false);
        }
        // What reaches over a grid and far beyond it is looked at again without the grid.
        if (byText.Exists(t => tables.Where(o => o.Box.Intersects(t.Box)).Sum(o => o.Box.Area) is var area && area > 0
            && area < 0.7 * t.Box.Area))
        {
            List<TextSegment> rest = page.Segments.FindAll(s => !tables.Exists(t => t.Box.ContainsCenterOf(s.Box)));
            byText = ByText(page with { Segments = rest }, bodySize);
        }
        tables.AddRange(byText.Where(t => !tables.Exists(o => o.Box.Intersects(t.Box))));
        tables.AddRange(replaced.Where(t => !tables.Exists(o => o.Box.Intersects(t.Box))));
        tables.RemoveAll(t => IsContents(t) || IsProgram(t) || IsProgram(t, page) || IsOfFormulas(t, page)
            || PageAccounting.Loses(t, page));
        return tables;
    }

    private static List<TableItem> ByText(PageContent page, double bodySize)
    {
        List<TableItem> tables = new();
        foreach (TextTable found in TextTables.Find(page, bodySize))
        {
            if (TableGrid.Read(found.Box, found.Page, found.HeadLines, drawn: false) is not { } table || !ReadsLikeCells(table)
                || IsChart(found.Box, found.Page, boxesAreCells: table.Rows[0].Count > 2 && RowsOfNumbers(table) >= 6)
                || tables.Exists(t => t.Box.Intersects(found.Box) && t.Rows.Count >= table.Rows.Count))
                continue;
            tables.RemoveAll(t => t.Box.Intersects(found.Box)); // lines of heads alone look like rows, too
            tables.Add(table);
        }
        return tables;
    }

    /// <summary>Heads that run up the page, in narrow columns.</summary>
    private static TextSegment AsOneWord(TextSegment sideways) => TextSegment.Of(
        [sideways.Words[0] with { Text = sideways.Text, Box = sideways.Box, Glyphs = sideways.Glyphs }], sideways.Box.Y0, sideways.Turn);

    /// <summary>A table of contents is a list of lines, whatever is drawn between them.</summary>
    private static bool IsContents(TableItem table)
    {
        bool numbered = table.Rows.Count(r => SectionNumber().IsMatch(r.First(c => c.Length > 0 || c == r[^1]))) > 0.5 * table.Rows.Count;
        if (table.Rows.Count < 4 || (!numbered && (table.Rows[0].Count != 2 || table.HeaderRows > 0)))
            return false;
        int last = 0;
        foreach (IReadOnlyList<string> row in table.Rows)
        {
            string text = string.Join(' ', row).TrimEnd();
            if (!int.TryParse(text.AsSpan(text.LastIndexOf(' ') + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int page)
                || page < last || !row.Any(c => c.Any(char.IsLetter)) || (!numbered && row[1].Contains(' ', StringComparison.Ordinal)))
                return false;
            last = page;
        }
        return true;
    }

    [GeneratedRegex(@"^\d{1,2}(\.\d{1,2})+\b", RegexOptions.CultureInvariant)]
    private static partial Regex SectionNumber();

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

    internal static List<Box> JoinCollinear(IEnumerable<Box> rules)
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
    private static bool IsChart(Box region, PageContent page, bool boxesAreCells = false)
    {
        int shapes = 0;
        foreach (PageGraphic g in page.Graphics)
        {
            if (!region.ContainsCenterOf(g.Box) || g.White || g.IsHorizontalRule || g.IsVerticalRule)
                continue;
            bool cellShade = g is { Kind: GraphicKind.Path, Filled: true, Segments: <= 6 }
                && (page.Segments.Exists(s => g.Box.ContainsCenterOf(s.Box)) || g.Box.Width >= 0.9 * region.Width);
            bool frame = g is { Kind: GraphicKind.Path, Filled: false, Segments: <= 6 };
            bool box = g is { Kind: GraphicKind.Path, Segments: <= 6 };
            bool thin = box && Math.Min(g.Box.Width, g.Box.Height) <= 4; // double lines
            if (!cellShade && !frame && !thin && !(boxesAreCells && box))
                shapes++;
        }
        return shapes >= 2;
    }

    private static double Filled(TableItem table) => table.Rows.Average(r => r.Count(c => c.Length > 0)) / table.Rows[0].Count;

    private static int RowsOfNumbers(TableItem table) => table.Rows.Count(r => r.Skip(1).Count(TextTables.IsValue) >= 2);

    /// <summary>Lines that part groups of rows or of columns only, where numbers stand in more of both.</summary>
    private static bool ShowsMore(TableItem byText, TableItem drawn)
    {
        int rows = RowsOfNumbers(byText);
        (int columns, int others) = (byText.Rows[0].Count, drawn.Rows[0].Count);
        return (Filled(byText) > 0.8 && Filled(drawn) < 0.55 && rows >= 0.5 * drawn.Rows.Count
                && columns >= drawn.Rows.Max(r => r.Count(c => c.Length > 0)))
            || (rows >= 2 * drawn.Rows.Count && columns >= others) || (rows >= 0.8 * drawn.Rows.Count && columns >= 1.5 * others);
    }

    private static bool ReadsLikeCells(TableItem table)
    {
        int columns = table.Rows[0].Count;
        if (columns < 3)
            return table.Rows.Count(r => TextTables.IsValue(r[^1])) >= 0.6 * table.Rows.Count;
        // Numbers alone are those at the axes of a chart.
        if (table.Rows.Count < 4 && !table.Rows.Any(r => r.Any(c => c.Any(char.IsLetter))))
            return false;
        if (!table.Rows.Any(r => r.Any(TextTables.IsValue)) && table.Rows.Count(r => r.Count(c => c.Length > 0) > 2) < 3)
            return false;
        for (int c = 0; c < columns; c++)
            if (table.Rows.Average(r => r[c].Count(char.IsLetterOrDigit)) > 36) return false; // columns of running text
        return !IsRunningText(table) && !IsFormula(table);
    }

    /// <summary>Formulas and indexes stand in columns as well; their signs tell them apart.</summary>
    private static bool IsFormula(TableItem table)
    {
        string[] cells = [.. table.Rows.SelectMany(r => r).Where(c => c.Length > 0)];
        int signs = cells.Count(c => !TextTables.IsValue(c) && (c.Any(l => char.IsSymbol(l) && !"$€£¥₹°™®©^`".Contains(l))
            || (c.Length == 1 && !char.IsAsciiLetterUpper(c[0]))));
        bool sparse = cells.Length < 0.7 * table.Rows.Count * table.Rows[0].Count;
        return (sparse && signs > 0.3 * cells.Length) || cells.Count(c => c[^1] == ',') > 0.25 * cells.Length;
    }

    /// <summary>Lines of a program, or of markup, beside their numbers or their result.</summary>
    private static bool IsProgram(TableItem table)
    {
        string[] cells = [.. table.Rows.SelectMany(r => r).Where(c => c.Length > 0)];
        int code = cells.Count(c => c[^1] is '\\' or '{' or '}' || (c[^1] == ';' && c.Contains(' '))
            || c.StartsWith("& ", StringComparison.Ordinal) || c.StartsWith("\\begin", StringComparison.Ordinal)
            || c.StartsWith("\\end", StringComparison.Ordinal));
        return code > 0.25 * cells.Length;
    }

    /// <summary>Formulas below each other, aligned at their signs, look like the columns of a table.</summary>
    private static bool IsOfFormulas(TableItem table, PageContent page)
    {
        if (page.Formulas.Count == 0)
            return false;
        List<TextSegment> inside = page.Segments.FindAll(s => table.Box.ContainsCenterOf(s.Box));
        return inside.Count(s => page.Formulas.Any(f => f.Lettering.Contains(s))) > 0.6 * inside.Count;
    }

    /// <summary>The frames and shades of a listing make cells that its lines run through.</summary>
    private static bool IsProgram(TableItem table, PageContent page)
    {
        List<TextSegment> inside = page.Segments.FindAll(s => table.Box.ContainsCenterOf(s.Box));
        List<TextSegment> lines = inside.FindAll(s => s.Monospaced && s.Words.Count > 1);
        if (lines.Sum(s => s.Glyphs) < 0.6 * inside.Sum(s => s.Glyphs))
            return false;
        return lines.Count(s => !table.Rows.Any(r => r.Any(c => c.Contains(s.Text, StringComparison.Ordinal)))) > 0.3 * lines.Count;
    }

    /// <summary>Columns of the page between two lines: texts of several words which neither numbers nor ends of cells break.</summary>
    private static bool IsRunningText(TableItem table) => Enumerable.Range(0, table.Rows[0].Count).All(c =>
    {
        string[] cells = [.. table.Rows.Select(r => r[c]).Where(t => t.Length > 0)];
        return cells.Length > 0 && cells.Average(t => t.Count(l => l == ' ')) > 2.2
            && cells.Count(t => char.IsLower(t[0])) > 0.3 * cells.Length;
    });
}
