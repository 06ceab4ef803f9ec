using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Tables;

/// <summary>The heads above the rows of a table that no lines show.</summary>
internal sealed class TextHeads
{
    private const int MostLines = 6;
    private const int LongestHead = 6; // words

    /// <summary>How many lines they are.</summary>
    public int Lines { get; private set; }

    /// <summary>Their texts, divided where one line holds the heads of several columns.</summary>
    public List<TextSegment> Cells { get; } = [];

    /// <summary>Lines of which <see cref="Cells"/> holds the parts.</summary>
    public HashSet<TextSegment> Divided { get; } = [];

    /// <summary>
    /// Goes up line by line while texts stand above columns. One text alone is a head above others, or with a line drawn below it;
    /// otherwise it is the title of the table.
    /// </summary>
    public static TextHeads Above(List<TextRow> lines, int first, TextTables.Column[] columns, Box body, PageContent page)
    {
        TextHeads heads = new();
        List<Box> rules = TableFinder.JoinCollinear(page.Graphics.Where(g => g.IsHorizontalRule && !g.White && g.Box.OverlapX(body) > 0
            && g.Box.CenterY > lines[first].Baseline).Select(g => g.Box));
        // The upper edges of boxes are lines as well.
        rules.AddRange(page.Graphics.Where(g => g is { IsRectangle: true, White: false } && g.Box.Height > 3
            && g.Box.Y1 > lines[first].Baseline && g.Box.OverlapX(body) > 0.8 * body.Width).Select(g => g.Box with { Y0 = g.Box.Y1 }));
        int titles = 0;
        List<(List<TextSegment> Cells, List<TextSegment> From)> pending = [];
        double below = lines[first].Baseline;
        for (int i = first - 1; i >= 0 && heads.Lines + pending.Count < MostLines; i--)
        {
            TextRow line = lines[i];
            double size = line.Cells[0].Size, step = below - line.Baseline;
            Box[] between = [.. rules.Where(r => r.CenterY < line.Baseline && r.CenterY > below)];
            bool ruled = between.Any(r => r.Width > 0.8 * body.Width);
            if (step > (ruled || pending.Count + heads.Lines == 0 ? 3.2 : 2.3) * size || (ruled && heads.Lines > 0)
                || line.Cells[0].Box.X0 < body.X0 - 45 || line.Cells[^1].Box.X1 > body.X1 + Math.Max(20, 0.4 * body.Width))
                break;
            if (line.Cells.Count == 1 && line.Cells[0].Words.Count > 2 && i > 0 && lines[i - 1].Cells[^1].Words.Count > LongestHead
                && lines[i - 1].Baseline - line.Baseline < 1.6 * size)
                break; // the end of a paragraph
            List<TextSegment> cells = line.Cells.SelectMany(c => Divide(c, columns)).ToList();
            if (cells.Exists(c => CaptionText.IsCaption(c.Text) || c.Words.Count > LongestHead || (c.Words.Count > 3 && c.Text[^1] == '.')))
                break;
            bool spanner = cells.Count == 1 && cells[0].Text[0] != '('
                && between.Any(r => r.Width < 0.8 * body.Width && r.OverlapX(cells[0].Box) > 5);
            // A name of the first rows stands below the heads.
            if (heads.Lines == 0 && pending.Count > 0 && titles == 0 && (ruled || pending.TrueForAll(p => p.Cells[0].Text[^1] == ':')))
                titles = pending.Count;
            pending.Add((cells, line.Cells));
            bool title = cells[0].Text[0] == '(' || (cells[0].Box.X0 < columns[0].To && cells[0].Box.X1 > columns[1].From);
            if (cells.Count == 1 && !spanner && title)
                break;
            // The upper line of a head that has more of them than its neighbours.
            bool upper = heads.Lines > 0 && pending.Count == 1 && cells.Count == 1 && step < 1.35 * size && !between.Any()
                && cells[0].Box.X0 > columns[0].To && heads.Cells.Exists(c => Math.Abs(c.Baseline - below) < 1 && c.Bold == cells[0].Bold
                    && Math.Abs(c.Size - size) < 0.5 && Math.Abs(c.Box.CenterX - cells[0].Box.CenterX) < c.Box.Width);
            if (cells.Count > 1 || spanner || upper)
                heads.Take(pending);
            below = line.Baseline;
        }
        heads.Lines = Math.Max(0, heads.Lines - titles);
        return heads;
    }

    private void Take(List<(List<TextSegment> Cells, List<TextSegment> From)> pending)
    {
        Lines += pending.Count;
        foreach ((List<TextSegment> cells, List<TextSegment> from) in pending)
        {
            Cells.AddRange(cells);
            Divided.UnionWith(from.Where(f => !cells.Contains(f)));
        }
        pending.Clear();
    }

    /// <summary>Cuts a text over several columns where a word begins at the edge of each, or else at gaps wider than spaces.</summary>
    private static IEnumerable<TextSegment> Divide(TextSegment text, TextTables.Column[] columns)
    {
        int[] over = [.. Enumerable.Range(0, columns.Length)
            .Where(c => Math.Min(columns[c].To, text.Box.X1) - Math.Max(columns[c].From, text.Box.X0) > 1)];
        if (over.Length < 2 || text.Words.Count < 2)
            return [text];
        List<int> cuts = [.. over.Skip(1).Select(c => text.Words.ToList().FindIndex(w => Math.Abs(w.Box.X0 - columns[c].From) < 3))];
        if (Math.Abs(text.Box.X0 - columns[over[0]].From) > 3 || cuts.Exists(c => c <= 0)
            || cuts.Zip(cuts.Skip(1)).Any(p => p.First >= p.Second))
        {
            cuts = [];
            double[] gaps = [.. text.Words.Zip(text.Words.Skip(1), (a, b) => b.Box.X0 - a.Box.X1)];
            double space = gaps.Min();
            for (int k = 1; k < over.Length; k++)
            {
                double left = Center(columns[over[k - 1]]), right = Center(columns[over[k]]);
                bool IsGap(int g) => text.Words[g].Box.X1 > left - 2 && text.Words[g + 1].Box.X0 < right + 2
                    && gaps[g] > 0.4 * text.Size && (gaps[g] > 1.25 * space || space > 0.4 * text.Size);
                int widest = Enumerable.Range(0, gaps.Length).Where(IsGap).DefaultIfEmpty(-1).MaxBy(g => g < 0 ? 0 : gaps[g]);
                if (widest >= 0 && !cuts.Contains(widest + 1)) cuts.Add(widest + 1);
            }
            cuts.Sort();
        }
        if (cuts.Count == 0)
            return [text];
        int[] from = [0, .. cuts], to = [.. cuts, text.Words.Count];
        return from.Zip(to, (a, b) => TextSegment.Of([.. text.Words.Take(a..b)], text.Baseline));
    }

    private static double Center(TextTables.Column column) => (column.From + column.To) / 2;
}
