using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Reads the words of a region as rows and columns.</summary>
internal static class TableGrid
{
    /// <returns>Null when the words do not form at least two rows and two columns.</returns>
    public static TableItem? Read(Box region, PageContent page)
    {
        List<(TextWord Word, double Size)> words = page.Segments
            .SelectMany(s => s.Words, (s, w) => (w, s.Size))
            .Where(w => region.Inflate(2).ContainsCenterOf(w.w.Box))
            .ToList();
        if (words.Count < 4)
            return null;
        double size = words.Average(w => w.Size);
        List<List<TextWord>> lines = LinesOf(words.Select(w => w.Word), size);
        List<double> borders = ColumnBorders(region, page, lines, size);
        if (lines.Count < 2 || borders.Count == 0)
            return null;

        List<List<List<TextWord>>> rows = RowsOf(lines, region, page, borders);
        List<List<string>> cells = rows.Select(row => CellsOf(row, borders)).Where(r => r.Any(c => c.Length > 0)).ToList();
        if (cells.Count < 2 || cells.Count(r => r.Count(c => c.Length > 0) >= 2) < 2)
            return null;
        Box box = words.Select(w => w.Word.Box).Aggregate(region, (a, b) => a.Union(b));
        return new TableItem(box, cells, 1);
    }

    private static List<List<TextWord>> LinesOf(IEnumerable<TextWord> words, double size)
    {
        List<List<TextWord>> lines = new();
        foreach (TextWord word in words.OrderByDescending(w => w.Box.CenterY).ThenBy(w => w.Box.X0))
        {
            if (lines.Count > 0 && lines[^1][0].Box.CenterY - word.Box.CenterY <= 0.4 * size) lines[^1].Add(word);
            else lines.Add([word]);
        }
        foreach (List<TextWord> line in lines)
            line.Sort((a, b) => a.Box.X0.CompareTo(b.Box.X0));
        return lines;
    }

    /// <summary>Places between columns: drawn vertical rules, else gaps that (nearly) all lines leave free.</summary>
    private static List<double> ColumnBorders(Box region, PageContent page, List<List<TextWord>> lines, double size)
    {
        double[] rules = page.Graphics
            .Where(g => g.IsVerticalRule && !g.White && g.Box.OverlapY(region) >= 0.6 * region.Height
                        && g.Box.CenterX > region.X0 + 5 && g.Box.CenterX < region.X1 - 5)
            .Select(g => g.Box.CenterX).Order().ToArray();
        if (rules.Length > 0)
            return Distinct(rules);

        int tolerated = lines.Count >= 6 ? 1 : 0; // a heading across columns
        List<double> borders = GapsOf(lines, size, tolerated);
        return borders;
    }

    private static List<double> GapsOf(List<List<TextWord>> lines, double size, int tolerated)
    {
        // Word edges as events: where the number of lines with ink falls to the tolerated number, a gap begins.
        List<(double X, int Change)> events = new();
        foreach (List<TextWord> line in lines)
        {
            double from = line[0].Box.X0, to = line[0].Box.X1;
            foreach (TextWord word in line.Skip(1))
            {
                if (word.Box.X0 - to < 0.45 * size)
                {
                    to = Math.Max(to, word.Box.X1);
                    continue;
                }
                events.AddRange([(from, 1), (to, -1)]);
                (from, to) = (word.Box.X0, word.Box.X1);
            }
            events.AddRange([(from, 1), (to, -1)]);
        }
        events.Sort((a, b) => a.X != b.X ? a.X.CompareTo(b.X) : b.Change.CompareTo(a.Change));

        List<double> borders = new();
        int ink = 0;
        double gapFrom = double.NaN;
        bool anyBefore = false;
        foreach ((double x, int change) in events)
        {
            int before = ink;
            ink += change;
            if (before > tolerated && ink <= tolerated)
            {
                gapFrom = x;
                anyBefore = true;
            }
            else if (before <= tolerated && ink > tolerated && anyBefore && x - gapFrom >= 0.6 * size)
            {
                borders.Add((gapFrom + x) / 2);
            }
        }
        return borders;
    }

    private static List<double> Distinct(double[] sorted)
    {
        List<double> distinct = new();
        foreach (double x in sorted)
            if (distinct.Count == 0 || x - distinct[^1] > 4) distinct.Add(x);
        return distinct;
    }

    /// <summary>Lines between two rules make one row; without rules a line with an empty first column continues the row.</summary>
    private static List<List<List<TextWord>>> RowsOf(List<List<TextWord>> lines, Box region, PageContent page, List<double> borders)
    {
        double[] rules = page.Graphics
            .Where(g =>
                !g.White && g.Box.OverlapX(region) >= 0.6 * region.Width && g.Box.CenterY > region.Y0 - 3 && g.Box.CenterY < region.Y1 + 3)
            .SelectMany(g =>
                g.IsHorizontalRule ? [g.Box.CenterY] : g is { Filled: true, Segments: <= 6 } ? new[] { g.Box.Y0, g.Box.Y1 } : [])
            .OrderDescending().ToArray();
        List<double> distinct = Distinct(rules.Reverse().ToArray());
        int inner = distinct.Count - 1;
        bool everyRowRuled = inner >= 0.6 * lines.Count || inner >= 3;
        // Lines above the first inner rule are one header, however many there are.
        double headRule = distinct.Where(y => y < lines[0][0].Box.CenterY).DefaultIfEmpty(double.MaxValue).Max();
        int headLines = headRule > region.Y0 + 4 ? lines.TakeWhile(l => l[0].Box.CenterY > headRule).Count() : 0;

        List<List<List<TextWord>>> rows = new();
        foreach (List<TextWord> line in lines)
        {
            bool head = rows.Count == 1 && headLines is > 1 and <= 4 && line[0].Box.CenterY > headRule;
            bool sameRow = rows.Count > 0 && (head || (everyRowRuled
                ? BandOf(line, rules) == BandOf(rows[^1][0], rules)
                : line.TrueForAll(w => w.Box.CenterX > borders[0])));
            if (sameRow) rows[^1].Add(line);
            else rows.Add([line]);
        }
        return rows;
    }

    private static int BandOf(List<TextWord> line, double[] rules) => rules.Count(y => y > line[0].Box.CenterY);

    private static List<string> CellsOf(List<List<TextWord>> row, List<double> borders)
    {
        string[] cells = new string[borders.Count + 1];
        Array.Fill(cells, "");
        foreach (List<TextWord> line in row)
        {
            foreach (IGrouping<int, TextWord> inCell in line.GroupBy(word => borders.Count(b => b < word.Box.CenterX)))
                cells[inCell.Key] = DocumentStyle.JoinPlain(cells[inCell.Key], string.Join(' ', inCell.Select(w => w.Text)));
        }
        return [.. cells];
    }
}
