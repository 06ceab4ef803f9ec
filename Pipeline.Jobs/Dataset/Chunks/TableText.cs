using System.Text;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Tables as text.</summary>
internal static class TableText
{
    /// <summary>A pipe table; several rows of heads become one, and a table without heads has empty ones.</summary>
    public static string Markdown(DocumentTable table)
    {
        int columns = table.Rows[0].Count;
        StringBuilder text = new();
        Append(text, Enumerable.Range(0, columns).Select(table.HeaderOf));
        text.Append("\n|");
        for (int column = 0; column < columns; column++) text.Append(" --- |");
        foreach (IReadOnlyList<string> row in table.Rows.Skip(table.HeaderRows))
        {
            text.Append('\n');
            Append(text, row);
        }
        return text.ToString();
    }

    public static int Characters(DocumentTable table) => table.Rows.Sum(Characters);

    public static int Characters(IReadOnlyList<string> row) => row.Sum(c => c.Length);

    /// <summary>The table with the same heads and only some of the rows below them.</summary>
    public static DocumentTable Rows(DocumentTable table, int first, int count)
    {
        List<CellSpan> spans = [];
        foreach (CellSpan span in table.Spans)
        {
            if (span.Row < table.HeaderRows)
                spans.Add(span);
            else if (span.Row >= first && span.Row < first + count)
                spans.Add(span with { Row = span.Row - first + table.HeaderRows, Rows = Math.Min(span.Rows, first + count - span.Row) });
        }
        return table with
        {
            Rows = [.. table.Rows.Take(table.HeaderRows), .. table.Rows.Skip(first).Take(count)],
            Spans = spans,
        };
    }

    private static void Append(StringBuilder text, IEnumerable<string> cells)
    {
        text.Append('|');
        foreach (string cell in cells)
            text.Append(' ').Append(cell.Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ')).Append(" |");
    }
}
