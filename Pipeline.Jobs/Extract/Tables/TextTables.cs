using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Tables;

/// <summary>A table that only the places of its words show.</summary>
/// <param name="Box">Its rows and heads.</param>
/// <param name="HeadLines">How many of its lines are heads of columns.</param>
/// <param name="Page">The page, with lines divided where two cells all but touch.</param>
internal sealed record TextTable(Box Box, int HeadLines, PageContent Page);

/// <summary>
/// Finds tables that no lines show: rows of short texts, most often numbers, that stand in columns. The page is searched as a whole and,
/// where text runs in columns, column by column.
/// </summary>
internal static partial class TextTables
{
    private const int LongestCell = 8;          // words
    private const int LongestLabel = 16;        // words, in front of numbers
    private const int FewestPairs = 4;          // rows of a label and a number
    private const double LongestStep = 3;       // sizes of the text from row to row

    /// <summary>All of a page, the likeliest first.</summary>
    public static IEnumerable<TextTable> Find(PageContent page, double bodySize)
    {
        if (page.Segments.Count < 6)
            yield break;
        List<TextSegment> pieces = new(page.Segments.Count);
        foreach (TextSegment segment in page.Segments)
        {
            if (segment.Words.Skip(1).Any(w => !char.IsLetter(w.Text[0]))) pieces.AddRange(AtLeaders(segment));
            else pieces.Add(segment);
        }
        PageContent divided = page with { Segments = pieces };
        bool typescript = page.Segments.Count(s => s.Monospaced) > 0.6 * page.Segments.Count;
        foreach ((List<TextSegment> zone, bool inColumns) in TextZones.Of(divided))
        {
            List<TextRow> lines = TextRow.Of(zone);
            int at = 0;
            while (at < lines.Count)
            {
                int next = at + 1;
                if (lines[at].IsRow)
                {
                    List<Column> columns = [];
                    int last = Grow(lines, at, bodySize, columns);
                    if (IsTable(lines, at, last, columns, typescript)
                        && (columns.Count > 2 || !inColumns))
                    {
                        yield return ToTable(lines, at, last, columns, divided);
                        next = last + 1;
                    }
                }
                at = next;
            }
        }
    }

    /// <summary>Dots that lead to a number end a cell, and so does each of several numbers that stand further apart than words.</summary>
    private static IEnumerable<TextSegment> AtLeaders(TextSegment segment)
    {
        IReadOnlyList<TextWord> words = segment.Words;
        int from = 0;
        bool numbers = false;
        for (int i = 1; i < words.Count && segment.Turn == 0; i++)
        {
            if (char.IsLetter(words[i].Text[0]) || !IsValue(words[i].Text))
            {
                numbers = false;
                continue;
            }
            bool leader = IsLeader(words, i - 1);
            numbers = leader || numbers || (i == 1 && IsValue(words[0].Text));
            if (!leader && !(numbers && words[i].Box.X0 - words[i - 1].Box.X1 > 0.35 * segment.Size
                && !(words[i].Text.Length == 3 && words[i - 1].Text.Length <= 3 && words[i].Text.All(char.IsAsciiDigit))))
                continue;
            yield return TextSegment.Of([.. words.Take(from..i)], segment.Baseline);
            from = i;
        }
        yield return from == 0 ? segment : TextSegment.Of([.. words.Skip(from)], segment.Baseline);
    }

    private static bool IsLeader(IReadOnlyList<TextWord> words, int at) => Leader().IsMatch(words[at].Text)
        || (at > 0 && words[at].Text.AsSpan().Trim() is "." && words[at - 1].Text.AsSpan().TrimEnd().EndsWith("."));

    /// <summary>A number, an amount, or what stands for a missing one.</summary>
    public static bool IsValue(string text) =>
        text.Length <= 24 && ((TableCells.IsNumber(text) && !Condition().IsMatch(text)) || Missing().IsMatch(text)
            || Amount().IsMatch(text));

    /// <summary>Whether a cell is a number, an amount, or what stands for a missing one.</summary>
    public static bool IsValue(TextSegment cell) => cell.Words.Count <= 4 && IsValue(cell.Text);

    /// <summary>The last of the lines from one on that stand in the same columns, which are found on the way.</summary>
    private static int Grow(List<TextRow> lines, int at, double bodySize, List<Column> columns)
    {
        columns.AddRange(lines[at].Cells.Select(c => new Column(c.Box.X0, c.Box.X1)));
        int last = at, titles = 0;
        double usual = 0;
        for (int end = at + 1; end < lines.Count; end++)
        {
            TextRow line = lines[end];
            double step = lines[end - 1].Baseline - line.Baseline;
            double longest = Math.Max(LongestStep * Math.Max(bodySize, line.Cells[0].Size), 2.4 * usual);
            bool full = columns.Count == line.Cells.Count && line.Cells.Count(c => IsValue(c)) >= 2;
            if (step > (full ? 1.6 * longest : longest))
                break;
            // Heads after a gap begin another table.
            if (usual > 0 && step > 1.7 * usual && line.Cells[0].Box.X0 > columns[0].To && !line.Cells.Exists(c => IsValue(c)))
                break;
            if (line.Cells.Count == 1)
            {
                bool apart = step > 1.8 * usual && end + 1 < lines.Count && line.Baseline - lines[end + 1].Baseline > 1.8 * usual;
                bool ofWords = !lines[last].Cells.Exists(c => IsValue(c));
                if (++titles > 3 || !IsTitle(line.Cells[0], columns) || (apart && usual > 0 && ofWords))
                    break;
                continue;
            }
            if (!Fits(line, columns, usual == 0))
                break;
            usual = usual == 0 ? step : Math.Min(usual, Math.Max(step, line.Cells[0].Size));
            (last, titles) = (end, 0);
        }
        return last;
    }

    /// <summary>A line alone between rows names those that follow, or goes on with a cell above.</summary>
    private static bool IsTitle(TextSegment line, List<Column> columns) =>
        line.Words.Count <= (line.Box.X1 < columns[1].From ? LongestLabel : LongestCell)
        && line.Box.X0 > columns[0].From - 45 && line.Box.X1 < columns[^1].To + 12
        && !CaptionText.IsCaption(line.Text) && !(line.Words.Count > LongestCell && line.Text[^1] == '.');

    /// <summary>Whether each piece of a line stands in a column of its own; the columns grow with it.</summary>
    private static bool Fits(TextRow line, List<Column> columns, bool isSecond)
    {
        List<Column> grown = [.. columns];
        HashSet<int> used = [];
        if (isSecond && IsInOrder(line, columns))
        {
            for (int k = 0; k < columns.Count; k++)
                columns[k] = columns[k].With(line.Cells[k].Box);
            return true;
        }
        int spanning = 0;
        for (int k = 0; k < line.Cells.Count; k++)
        {
            TextSegment cell = line.Cells[k];
            bool value = IsValue(cell);
            if (cell.Words.Count > (k == 0 ? LongestLabel : LongestCell))
                return false;
            int[] over = [.. Enumerable.Range(0, grown.Count)
                .Where(c => Math.Min(grown[c].To, cell.Box.X1) - Math.Max(grown[c].From, cell.Box.X0) > -1)];
            if (over.Length == 0)
            {
                // A column that was empty so far.
                int place = grown.Count(c => c.From < cell.Box.X0);
                grown.Insert(place, new Column(cell.Box.X0, cell.Box.X1));
                used = [.. used.Select(u => u >= place ? u + 1 : u), place];
                continue;
            }
            int column = over[0];
            if (over.Length > 1 && value)
                column = over.MaxBy(c => Math.Min(grown[c].To, cell.Box.X1) - Math.Max(grown[c].From, cell.Box.X0));
            else if (over.Length > 1 && (k > 0 || over[0] > 0))
                spanning++;
            if (!used.Add(column))
                return false;
            if (over.Length == 1)
                grown[column] = grown[column].With(cell.Box);
        }
        int added = grown.Count - columns.Count;
        if ((spanning > 0 && used.Count - spanning < Math.Max(2, columns.Count / 2)) || added > Math.Max(1, line.Cells.Count / 2))
            return false;
        columns.Clear();
        columns.AddRange(grown);
        return true;
    }

    /// <summary>Heads may stand beside the column that they head: as many cells follow in the same order.</summary>
    private static bool IsInOrder(TextRow line, List<Column> heads) => line.Cells.Count == heads.Count
        && line.Cells.Zip(heads).All(p => p.First.Words.Count <= LongestCell
            && Math.Max(p.First.Box.X0 - p.Second.To, p.Second.From - p.First.Box.X1) < 4 * p.First.Size)
        && line.Cells.Zip(heads.Skip(1)).All(p => p.First.Box.X1 < p.Second.From + 1)
        && line.Cells.Skip(1).Zip(heads).All(p => p.First.Box.X0 > p.Second.To - 1);

    private static bool IsTable(List<TextRow> lines, int at, int last, List<Column> columns, bool typescript)
    {
        List<TextRow> rows = lines.GetRange(at, last - at + 1).FindAll(l => l.Cells.Count > 1);
        if (!typescript && rows.TrueForAll(r => r.Cells.TrueForAll(c => c.Monospaced)))
            return false; // a program
        if (rows.Count(r => r.Cells[0].Words.Count > 3 && char.IsLower(r.Cells[0].Text[0])) > 0.3 * rows.Count)
            return false; // lines of a paragraph beside numbers
        if (columns.Count > 2 && rows.Count(r => r.Cells.Count > 2) >= 2)
            return rows.Count >= 3 && !IsContents(rows);
        TextSegment[] values = [.. rows.Where(r => IsValue(r.Cells[^1])).Select(r => r.Cells[^1])];
        return rows.Count >= FewestPairs && values.Length >= 0.8 * rows.Count && !IsContents(rows)
            && values.Count(v => v.Text.StartsWith('(') && v.Text.EndsWith(')')) < 0.6 * values.Length // numbers of formulas
            && (IsOneEdge(values.Select(v => v.Box.X1)) || IsOneEdge(values.Select(v => v.Box.X0)));
    }

    private static bool IsOneEdge(IEnumerable<double> edges)
    {
        double[] sorted = [.. edges.Order()];
        double middle = sorted[sorted.Length / 2];
        return sorted.Count(e => Math.Abs(e - middle) < 3) >= 0.7 * sorted.Length;
    }

    /// <summary>Page numbers behind titles.</summary>
    private static bool IsContents(List<TextRow> rows)
    {
        int last = 0, leaders = 0;
        foreach (TextRow row in rows)
        {
            if (!int.TryParse(row.Cells[^1].Text, NumberStyles.None, CultureInfo.InvariantCulture, out int page))
            {
                if (row.Cells[^1].Text.All(c => "ivxlc".Contains(c, StringComparison.Ordinal)))
                    continue;
                return false;
            }
            if (page < last || row.Cells.Count > 3 || (row.Cells.Count == 3 && IsValue(row.Cells[1])))
                return false;
            last = page;
            leaders += IsLeader(row.Cells[^2].Words, row.Cells[^2].Words.Count - 1) ? 1 : 0;
        }
        return rows.Count >= 4 || leaders > 0;
    }

    private static TextTable ToTable(List<TextRow> lines, int at, int last, List<Column> columns, PageContent page)
    {
        Box region = lines.GetRange(at, last - at + 1).SelectMany(l => l.Cells).Select(c => c.Box).Aggregate((a, b) => a.Union(b));
        int own = OwnHeads(lines, at, last, columns);
        TextHeads heads = TextHeads.Above(lines, at, [.. columns], region, page);
        return new TextTable(
            heads.Cells.Select(c => c.Box).Aggregate(region, (a, b) => a.Union(b)), heads.Lines + own,
            page with { Segments = [.. page.Segments.Where(s => !heads.Divided.Contains(s)), .. heads.Cells.Except(page.Segments)] });
    }

    /// <summary>Lines at the top that have nothing in the first column, or no number where all below have them.</summary>
    private static int OwnHeads(List<TextRow> lines, int at, int last, List<Column> columns)
    {
        bool Labelled(TextRow l) => l.Cells[0].Box.X0 < columns[0].To;
        bool Numbers(TextRow l) => l.Cells.Skip(1).Any(c => IsValue(c));
        List<TextRow> rows = lines.GetRange(at, last - at + 1);
        int own = 0;
        while (own < 4 && own < rows.Count / 2 && (!Labelled(rows[own]) || (rows[own].Cells.Count > 1 && !Numbers(rows[own]))))
            own++;
        List<TextRow> body = rows.GetRange(own, rows.Count - own).FindAll(r => r.Cells.Count > 1);
        return body.Count(Labelled) >= 0.9 * body.Count && body.Count(Numbers) >= 0.9 * body.Count ? own : 0;
    }

    [GeneratedRegex(@"\.\s?\.\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Leader();

    /// <summary>A comparison with a letter, or the first part of one; an entry of an index.</summary>
    [GeneratedRegex(@"^[;,!{}&\\]|\p{L}\s*[<>≤≥=＜＞]|[<>≤≥=＜＞]\s*(\p{L}|$)", RegexOptions.CultureInvariant)]
    private static partial Regex Condition();

    /// <summary>A number with its unit.</summary>
    [GeneratedRegex(@"^[*<>~≈±+–-]?\d[\d.,]* (ml|mL|l|L|kg|g|mg|t|km|m|cm|mm|ha|h|min|s|d|kWh|MW|GB|MB)$", RegexOptions.CultureInvariant)]
    private static partial Regex Amount();

    /// <summary>What stands for a missing number.</summary>
    [GeneratedRegex(@"^([-–—*…:†‡]+|\.{2,}|n\.?/?a\.?|nil|\(?[XZNSD]\)?)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Missing();

    /// <summary>From the left edge of its widest cell to the right edge.</summary>
    internal readonly record struct Column(double From, double To)
    {
        public Column With(Box cell) => new(Math.Min(From, cell.X0), Math.Max(To, cell.X1));
    }
}
