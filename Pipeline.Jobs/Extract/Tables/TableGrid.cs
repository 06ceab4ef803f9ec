using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Tables;

/// <summary>
/// Reads the words of a region as rows and columns where no grid is drawn: by horizontal lines and by the gaps in the text.
/// </summary>
internal static class TableGrid
{
    private const double ColumnGap = 0.45; // in ems: less is a space

    /// <param name="region">Place of the table.</param>
    /// <param name="page">The page.</param>
    /// <param name="headLines">How many lines are heads of columns, where that is known.</param>
    /// <param name="drawn">Lines show the table; otherwise columns of running text are columns of the page.</param>
    /// <returns>Null when the words do not form at least two rows and two columns.</returns>
    public static TableItem? Read(Box region, PageContent page, int headLines = 0, bool drawn = true)
    {
        Box area = region.Inflate(2);
        List<(TextWord Word, TextSegment Segment)> words = page.Segments
            .SelectMany(s => s.Words, (s, w) => (w, s)).Where(w => area.ContainsCenterOf(w.w.Box)).ToList();
        if (words.Count < 4)
            return null;
        double size = words.Average(w => w.Segment.Size);
        List<Line> lines = TableCells.LinesOf(words).ConvertAll(l => new Line(l, RunsOf(l, size)));
        double[] rules = RulesOf(region, page);
        List<Line> body = headLines > 0 && lines.Count > headLines + 1 ? lines.GetRange(headLines, lines.Count - headLines) : lines;
        List<double> borders = ColumnBorders(region, page, body, size);
        if (lines.Count < 2 || borders.Count == 0)
            return null;
        Box[] extents = ExtentsOf(body, borders);
        int running = RunningColumns(body, borders, extents);
        if (running > borders.Count || (!drawn && running >= 2 && 2 * running > borders.Count))
            return null;
        List<Box> partial = TableFinder.JoinCollinear(page.Graphics
            .Where(g => g.IsHorizontalRule && !g.White && region.Inflate(3).ContainsCenterOf(g.Box)).Select(g => g.Box));
        List<List<Line>> rows = RowsOf(lines, rules, borders, extents, partial, size, headLines);
        List<TableCells.Cell> cells = rows.SelectMany((row, r) => CellsOf(row, r, borders, extents, region)).ToList();
        int? heads = headLines > 0 ? HeadRows(rows, headLines) : HeadRows(rows, rules);
        if (heads > 1)
            HeadSpans.Widen(cells, heads.Value, extents, partial);
        int full = cells.GroupBy(c => c.Row).Count(r => r.Count() >= 2);
        if (rows.Count < 2 || full < (rules.Length >= 2 ? 1 : 2))
            return null;
        Box box = words.Select(w => w.Word.Box).Aggregate(region, (a, b) => a.Union(b));
        return TableCells.Build(rows.Count, borders.Count + 1, cells, box, page, heads);
    }

    /// <summary>Rows above the one line inside the table; null where other lines are drawn as well, or none.</summary>
    private static int? HeadRows(List<List<Line>> rows, double[] rules)
    {
        double top = rows[0][0].Baseline, bottom = rows[^1][^1].Baseline;
        double[] inner = rules.Where(y => y < top && y > bottom).ToArray();
        if (inner.Length is 0 or > 2)
            return null;
        int heads = rows.TakeWhile(r => r[^1].Baseline > inner[0]).Count();
        return heads is > 0 and <= 4 && heads < rows.Count ? heads : null;
    }

    /// <summary>Rows made of the lines that are known to be heads.</summary>
    private static int? HeadRows(List<List<Line>> rows, int headLines)
    {
        int heads = 0;
        for (int lines = 0; heads < rows.Count && lines + rows[heads].Count <= headLines; heads++)
            lines += rows[heads].Count;
        return heads is > 0 and <= 4 && heads < rows.Count ? heads : null;
    }

    private static List<Run> RunsOf(TableCells.CellLine line, double size)
    {
        List<Run> runs = [];
        foreach ((TextWord Word, TextSegment Segment) word in line.Words)
        {
            if (runs.Count > 0 && word.Word.Box.X0 - runs[^1].To < ColumnGap * size && runs[^1].Words[^1].Segment == word.Segment)
            {
                runs[^1].Words.Add(word);
                runs[^1].To = Math.Max(runs[^1].To, word.Word.Box.X1);
            }
            else
            {
                runs.Add(new Run(word.Word.Box.X0, word.Word.Box.X1, [word]));
            }
        }
        return runs;
    }

    /// <summary>Places between columns: drawn vertical lines, else gaps that (nearly) all lines of several cells leave free.</summary>
    private static List<double> ColumnBorders(Box region, PageContent page, List<Line> lines, double size)
    {
        double[] drawn = page.Graphics
            .Where(g => g.IsVerticalRule && !g.White && g.Box.OverlapY(region) >= 0.6 * region.Height
                        && g.Box.CenterX > region.X0 + 5 && g.Box.CenterX < region.X1 - 5)
            .Select(g => g.Box.CenterX).Order().ToArray();
        if (drawn.Length > 0)
            return Distinct(drawn);
        // A line of one cell alone, such as a title inside the table, says nothing about columns.
        List<Line> telling = lines.Where(l => l.Runs.Count > 1).ToList();
        if (telling.Count == 0)
            return [];
        if (telling.Count >= 3 || telling.Count == lines.Count)
            lines = [.. telling, .. lines.Where(l => l.Runs.Count == 1 && l.Runs[0].To - l.Runs[0].From < 0.4 * region.Width)];
        return GapsOf(lines, size, tolerated: lines.Count / 7);
    }

    private static List<double> GapsOf(List<Line> lines, double size, int tolerated)
    {
        // Edges of runs as events: where the number of lines with ink falls to the tolerated number, a gap begins.
        List<(double X, int Change)> events = [];
        foreach (Run run in lines.SelectMany(l => l.Runs))
            events.AddRange([(run.From, 1), (run.To, -1)]);
        events.Sort((a, b) => a.X != b.X ? a.X.CompareTo(b.X) : b.Change.CompareTo(a.Change));
        List<double> borders = [];
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

    private static double[] RulesOf(Box region, PageContent page)
    {
        double[] rules = page.Graphics
            .Where(g =>
                !g.White && g.Box.OverlapX(region) >= 0.6 * region.Width && g.Box.CenterY > region.Y0 - 3 && g.Box.CenterY < region.Y1 + 3)
            .SelectMany(g =>
                g.IsHorizontalRule ? [g.Box.CenterY] : g is { Filled: true, Segments: <= 6 } ? new[] { g.Box.Y0, g.Box.Y1 } : [])
            .Order().ToArray();
        List<double> distinct = Distinct(rules);
        distinct.Reverse();
        return [.. distinct];
    }

    private static List<double> Distinct(double[] sorted)
    {
        List<double> distinct = [];
        foreach (double x in sorted)
            if (distinct.Count == 0 || x - distinct[^1] > 4) distinct.Add(x);
        return distinct;
    }

    /// <summary>
    /// Lines between two rules make one row. Without rules a line continues the row above it when it leaves cells empty and follows
    /// closer than rows do, or has nothing in the first column.
    /// </summary>
    private static List<List<Line>> RowsOf(
        List<Line> lines, double[] rules, List<double> borders, Box[] extents, List<Box> partial, double size, int knownHeads)
    {
        int inner = rules.Length - 1;
        bool everyRowRuled = inner >= 0.6 * lines.Count || inner >= 3;
        double headRule = rules.Where(y => y < lines[0].Baseline).DefaultIfEmpty(double.MinValue).Max();
        int headLines = headRule > lines[^1].Baseline ? lines.TakeWhile(l => l.Baseline > headRule).Count() : 0;
        headLines = knownHeads > 0 ? knownHeads : headLines;
        double[] gaps = lines.Zip(lines.Skip(1), (a, b) => a.Baseline - b.Baseline).ToArray();
        double tight = gaps.Min();
        bool spaced = tight < 1.4 * size && gaps.Max() > 1.3 * tight;
        bool OfNumbers(Line l) => l.Runs.Exists(r => r.From > borders[0] && TextTables.IsValue(r.Text));
        List<Line> full = lines.FindAll(l => l.Runs.Count > 1);
        bool ofNumbers = !everyRowRuled && full.Count(OfNumbers) > 0.6 * full.Count;
        List<List<Line>> rows = [];
        for (int i = 0; i < lines.Count; i++)
        {
            Line line = lines[i];
            bool continues = false;
            if (i >= Math.Max(1, headLines) && ofNumbers && (line.Runs[0].From < borders[0] || OfNumbers(line)))
            {
                // Each line with numbers is a row of its own, unless it ends a label that began above.
                bool label = line.Runs[0].From < borders[0];
                continues = label && char.IsLower(line.Runs[0].Text[0]) && Band(line.Baseline, rules) == Band(lines[i - 1].Baseline, rules)
                    && gaps[i - 1] < 1.6 * size && (!OfNumbers(line) || !OfNumbers(lines[i - 1]));
            }
            else if (i > 0)
            {
                int band = Band(line.Baseline, rules), above = Band(lines[i - 1].Baseline, rules);
                bool close = gaps[i - 1] < 1.15 * tight;
                int filled = line.Runs.Count;
                continues = everyRowRuled
                    ? band == above && !IsRowOfItsOwn(lines[i - 1], line, borders) && !RepeatsNumbers(lines[i - 1], line, borders)
                    : band == above && i >= headLines && (
                        line.Runs.TrueForAll(r => r.From > borders[0]) && (close || !spaced) && !RepeatsNumbers(lines[i - 1], line, borders)
                        || spaced && close && filled <= (borders.Count + 1) / 2);
                if (!everyRowRuled && i < headLines && headLines <= 4 && band == above)
                    continues = !IsOverOthers(lines[i - 1], line, borders, extents, partial) && (close || gaps[i - 1] < 1.5 * size);
            }
            if (continues) rows[^1].Add(line);
            else rows.Add([line]);
        }
        return rows;
    }

    /// <summary>Most cells have text again although the cells above had room left.</summary>
    private static bool IsRowOfItsOwn(Line above, Line line, List<double> borders)
    {
        int deliberate = 0;
        foreach (Run run in line.Runs)
        {
            int column = ColumnOf(run.From + 1, borders);
            Run? upper = above.Runs.Find(r => ColumnOf(r.From + 1, borders) == column);
            double right = column < borders.Count ? borders[column] : double.MaxValue;
            (TextWord first, TextSegment segment) = run.Words[0];
            if (upper is not null && upper.To + first.Box.Width + 0.3 * segment.Size < right) deliberate++;
        }
        return line.Runs.Count > 0.6 * (borders.Count + 1) && deliberate >= 0.7 * line.Runs.Count;
    }

    /// <summary>Numbers under numbers are values of their own: rows of a group whose name stands in the first of them.</summary>
    private static bool RepeatsNumbers(Line above, Line line, List<double> borders) => line.Runs.Count(r => TableCells.IsNumber(r.Text)
        && above.Runs.Exists(u => ColumnOf(u.From + 1, borders) == ColumnOf(r.From + 1, borders) && TableCells.IsNumber(u.Text)
            && (u.Text[0] == '(' || r.Text[0] != '('))) >= 2;

    /// <summary>A line of heads over several columns each: their width, a line below them or their places show it.</summary>
    private static bool IsOverOthers(Line line, Line next, List<double> borders, Box[] extents, List<Box> rules)
    {
        List<(int From, int To, double Center)> heads = line.Runs.ConvertAll(r =>
            PlaceOf(r, borders, extents) is var (from, to) ? (from, to, (r.From + r.To) / 2) : default);
        return heads.Exists(h => h.To > h.From)
            || rules.Exists(r => r.CenterY < line.Baseline && r.CenterY > next.Baseline && heads.Exists(h => h.From > 0 && h.Center > r.X0
                && h.Center < r.X1))
            || (next.Runs.Count > line.Runs.Count && HeadSpans.Shares(heads.FindAll(h => h.From > 0), extents) is not null);
    }

    private static int Band(double y, double[] rules) => rules.Count(rule => rule > y);

    private static int ColumnOf(double x, List<double> borders) => borders.Count(b => b < x);

    private static IEnumerable<TableCells.Cell> CellsOf(
        List<Line> row, int index, List<double> borders, Box[] extents, Box region)
    {
        List<(int From, int To, Run Run, double Baseline)> placed = [];
        foreach (Line line in row)
            foreach (Run run in line.Runs)
            {
                (int from, int to) = PlaceOf(run, borders, extents);
                placed.Add((from, to, run, line.Baseline));
            }
        // Runs that share columns share a cell; a run over a border spans when nothing else claims those columns.
        while (placed.Count > 0)
        {
            (int from, int to) = (placed[0].From, placed[0].To);
            List<(int From, int To, Run Run, double Baseline)> together = [];
            bool grew = true;
            while (grew)
            {
                grew = false;
                for (int i = placed.Count - 1; i >= 0; i--)
                {
                    if (placed[i].From > to || placed[i].To < from)
                        continue;
                    (from, to) = (Math.Min(from, placed[i].From), Math.Max(to, placed[i].To));
                    together.Add(placed[i]);
                    placed.RemoveAt(i);
                    grew = true;
                }
            }
            if (row.Count > 1 && to > from && together.Exists(p => p.To < to || p.From > from))
            {
                foreach (IGrouping<int, (int From, int To, Run Run, double Baseline)> column in together.GroupBy(p => p.From))
                    yield return ToCell(column, index, column.Key, column.Key, borders, region);
                continue;
            }
            yield return ToCell(together, index, from, to, borders, region);
        }
    }

    /// <summary>The columns of a run. What reaches over a border, but not to the cells beyond it, only fills its own column.</summary>
    private static (int From, int To) PlaceOf(Run run, List<double> borders, Box[] extents)
    {
        (int from, int to) = (ColumnOf(run.From + 1, borders), ColumnOf(run.To - 1, borders));
        if (to < from)
            return (to, to);    // a point or a thin letter on a border
        double Share(int column)
        {
            double over = Math.Min(run.To, extents[column].X1) - Math.Max(run.From, extents[column].X0);
            return over > 0 ? over / Math.Min(run.To - run.From, extents[column].Width) : over;
        }

        while (from < to && Math.Min(Share(from), Share(to)) < 0.25)
        {
            if (Share(from) < Share(to)) from++;
            else to--;
        }
        return (from, to);
    }

    /// <summary>Columns in which most lines are several words that fill them.</summary>
    private static int RunningColumns(List<Line> lines, List<double> borders, Box[] extents)
    {
        const int FewestLines = 3;
        int running = 0;
        foreach (IGrouping<int, Run> column in lines.SelectMany(l => l.Runs).GroupBy(r => ColumnOf(r.From + 1, borders)))
        {
            Run[] runs = [.. column];
            running += runs.Length >= FewestLines && runs.Average(r => r.Words.Count) >= 2.5
                && runs.Count(r => r.To > extents[column.Key].X1 - 0.2 * extents[column.Key].Width) >= 0.55 * runs.Length ? 1 : 0;
        }
        return running;
    }

    /// <summary>From where to where the cells of each column reach.</summary>
    private static Box[] ExtentsOf(List<Line> lines, List<double> borders)
    {
        Box[] extents = new Box[borders.Count + 1];
        foreach (Run run in lines.SelectMany(l => l.Runs))
        {
            int column = ColumnOf(run.From + 1, borders);
            if (column != ColumnOf(run.To - 1, borders))
                continue;
            Box box = new(run.From, 0, run.To, 1);
            extents[column] = extents[column].Height > 0 ? extents[column].Union(box) : box;
        }
        for (int column = 0; column < extents.Length; column++)
            if (extents[column].Height == 0)
                extents[column] = new Box(column == 0 ? 0 : borders[column - 1], 0, column < borders.Count ? borders[column] : 10_000, 1);
        return extents;
    }

    private static TableCells.Cell ToCell(
        IEnumerable<(int From, int To, Run Run, double Baseline)> runs, int row, int from, int to, List<double> borders, Box region)
    {
        (TextWord Word, TextSegment Segment)[] words = runs.SelectMany(r => r.Run.Words).ToArray();
        Box text = words.Select(w => w.Word.Box).Aggregate((a, b) => a.Union(b));
        Box box = new(from == 0 ? region.X0 : borders[from - 1], text.Y0, to == borders.Count ? region.X1 : borders[to], text.Y1);
        return new TableCells.Cell(row, from, 1, to - from + 1, box, TableCells.LinesOf([.. words]));
    }

    private sealed record Line(TableCells.CellLine Text, List<Run> Runs)
    {
        public double Baseline => Text.Baseline;
    }

    private sealed class Run(double from, double to, List<(TextWord Word, TextSegment Segment)> words)
    {
        public double From { get; } = from;

        public double To { get; set; } = to;

        public List<(TextWord Word, TextSegment Segment)> Words { get; } = words;

        public string Text => string.Join(' ', Words.Select(w => w.Word.Text));
    }
}
