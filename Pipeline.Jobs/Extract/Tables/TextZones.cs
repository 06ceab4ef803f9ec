using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Tables;

/// <summary>Parts of a page in which a table may stand: all of it, and each of the columns in which its text runs.</summary>
internal static class TextZones
{
    private const int ShortestLine = 5;   // words of a line of running text
    private const int FewestLines = 8;    // of a column

    /// <returns>Each with whether it reaches over several columns of text.</returns>
    public static IEnumerable<(List<TextSegment> Segments, bool InColumns)> Of(PageContent page)
    {
        List<(double From, double To, int Lines)> columns = [];
        foreach (TextSegment s in page.Segments.Where(s => s.Words.Count >= ShortestLine && s.Box.Width < 0.48 * page.Box.Width)
            .OrderBy(s => s.Box.X0))
        {
            if (columns.Count > 0 && s.Box.X0 < columns[^1].To)
                columns[^1] = (columns[^1].From, Math.Max(columns[^1].To, s.Box.X1), columns[^1].Lines + 1);
            else
                columns.Add((s.Box.X0, s.Box.X1, 1));
        }
        columns.RemoveAll(c => c.Lines < FewestLines);
        if (columns.Count >= 2)
        {
            for (int i = 0; i < columns.Count; i++)
            {
                double left = i == 0 ? double.MinValue : (columns[i - 1].To + columns[i].From) / 2;
                double right = i == columns.Count - 1 ? double.MaxValue : (columns[i].To + columns[i + 1].From) / 2;
                yield return (page.Segments.FindAll(s => s.Box.X0 > left && s.Box.X1 < right), false);
            }
        }
        yield return (page.Segments, columns.Count >= 2);
    }
}
