using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Tables;

/// <summary>Heads over several columns: a line below them shows how far they reach, or their places do.</summary>
internal static class HeadSpans
{
    private const double Slack = 4; // points by which lines may be shorter than what they stand over

    /// <param name="cells">Cells of the table.</param>
    /// <param name="heads">How many of its rows are heads.</param>
    /// <param name="extents">From where to where the cells of each column reach.</param>
    /// <param name="rules">Lines, which need not reach over all of the table.</param>
    public static void Widen(List<TableCells.Cell> cells, int heads, Box[] extents, IReadOnlyList<Box> rules)
    {
        for (int row = 0; row < heads - 1; row++)
        {
            List<TableCells.Cell> inRow = cells.FindAll(c => c.Row == row && c.Lines.Count > 0);
            inRow.Sort((a, b) => a.Column.CompareTo(b.Column));
            double below = cells.Where(c => c.Row == row + 1 && c.Lines.Count > 0).Select(c => c.Lines[0].Baseline)
                .DefaultIfEmpty(double.MinValue).Max();
            bool any = false;
            foreach (TableCells.Cell cell in inRow)
                any |= ByRule(cell, inRow, extents, rules, below);
            if (!any)
                ByPlace(cells, inRow, extents);
        }
    }

    private static bool ByRule(
        TableCells.Cell cell, List<TableCells.Cell> inRow, Box[] extents, IReadOnlyList<Box> rules, double below)
    {
        Box text = TextOf(cell);
        foreach (Box rule in rules)
        {
            if (rule.CenterY > cell.Lines[^1].Baseline || rule.CenterY < below || text.CenterX < rule.X0 || text.CenterX > rule.X1)
                continue;
            int[] over = [.. Enumerable.Range(0, extents.Length)
                .Where(c => extents[c].CenterX > rule.X0 - Slack && extents[c].CenterX < rule.X1 + Slack)];
            if (over.Length < 2 || over.Length == extents.Length || over[0] > cell.Column || over[^1] < cell.Column + cell.Columns - 1
                || inRow.Exists(o => o != cell && o.Column + o.Columns > over[0] && o.Column <= over[^1]))
                continue;
            (cell.Column, cell.Columns) = (over[0], over.Length);
            return true;
        }
        return false;
    }

    /// <summary>Where heads in the middle of some columns each share all columns but the first among them without a rest.</summary>
    /// <returns>Null where they do not, or each stands over one column.</returns>
    public static List<(int From, int To)>? Shares(IReadOnlyList<(int From, int To, double Center)> heads, Box[] extents)
    {
        const double OffCenter = 8;
        List<(int From, int To)> shares = [];
        int from = 1;
        foreach ((int first, int last, double center) in heads)
        {
            double Off(int to) => Math.Abs((extents[from].X0 + extents[to].X1) / 2 - center);
            int[] ends = [.. Enumerable.Range(from, extents.Length - from).Where(c => c >= last)];
            if (ends.Length == 0 || from > first || Off(ends.MinBy(Off)) > OffCenter)
                return null;
            shares.Add((from, ends.MinBy(Off)));
            from = shares[^1].To + 1;
        }
        return shares.Count > 0 && from == extents.Length && shares.Exists(s => s.To > s.From) ? shares : null;
    }

    private static void ByPlace(List<TableCells.Cell> cells, List<TableCells.Cell> inRow, Box[] extents)
    {
        List<TableCells.Cell> over = inRow.FindAll(c => c.Column > 0);
        if (Shares(over.ConvertAll(c => (c.Column, c.Column + c.Columns - 1, TextOf(c).CenterX)), extents) is not { } shares
            || !Enumerable.Range(1, extents.Length - 1).All(c => cells.Exists(o => o.Row == over[0].Row + 1 && o.Column == c)))
            return;
        for (int i = 0; i < over.Count; i++)
            (over[i].Column, over[i].Columns) = (shares[i].From, shares[i].To - shares[i].From + 1);
    }

    private static Box TextOf(TableCells.Cell cell) =>
        cell.Lines.SelectMany(l => l.Words).Select(w => w.Word.Box).Aggregate((a, b) => a.Union(b));
}
