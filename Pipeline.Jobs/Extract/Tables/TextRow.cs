using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Tables;

/// <summary>Pieces of text on one baseline that may be the cells of a row.</summary>
/// <param name="Baseline">Of the first of them.</param>
/// <param name="Cells">From the left.</param>
internal sealed record TextRow(double Baseline, List<TextSegment> Cells)
{
    private const int LongestCell = 8; // words

    /// <summary>Several short texts, or a label and a number.</summary>
    public bool IsRow =>
        Cells.Count >= 3 ? Cells.TrueForAll(c => c.Words.Count <= LongestCell) || Cells.Skip(1).All(c => TextTables.IsValue(c))
        : Cells.Count == 2 && TextTables.IsValue(Cells[1]) && Cells[0].Words.Any(w => w.Text.Any(char.IsLetter));

    public static List<TextRow> Of(IEnumerable<TextSegment> segments)
    {
        List<TextRow> rows = [];
        foreach (TextSegment segment in segments.OrderByDescending(s => s.Baseline).ThenBy(s => s.Box.X0))
        {
            if (rows.Count > 0 && rows[^1].Baseline - segment.Baseline <= 0.3 * segment.Size) rows[^1].Cells.Add(segment);
            else rows.Add(new TextRow(segment.Baseline, [segment]));
        }
        foreach (TextRow row in rows)
            row.Cells.Sort((a, b) => a.Box.X0.CompareTo(b.Box.X0));
        return rows;
    }
}
