using System.Net;
using System.Text;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract;

/// <summary>Writes an extracted document as Markdown in reading order.</summary>
public static class MarkdownWriter
{
    /// <summary>The content of <c>document.md</c>.</summary>
    /// <param name="document">The document.</param>
    /// <param name="imageRoot">Prefix of image paths, for a Markdown file outside the document's folder: <c>report/</c>.</param>
    /// <param name="keepFurniture">
    /// The page as benchmarks see it: with running heads, page numbers and the lettering of pictures, and without the addresses of links.
    /// </param>
    public static string Write(ExtractedDocument document, string imageRoot = "", bool keepFurniture = false)
    {
        Dictionary<string, DocumentFigure> figures = document.Figures.ToDictionary(f => f.Id, StringComparer.Ordinal);
        Dictionary<string, DocumentFormula> formulas = document.Formulas.ToDictionary(f => f.Id, StringComparer.Ordinal);
        Dictionary<string, DocumentTable> tables = document.Tables.ToDictionary(t => t.Id, StringComparer.Ordinal);
        StringBuilder text = new();
        BlockKind? before = null;
        foreach (DocumentBlock block in document.Blocks)
        {
            if (block.Kind.IsFurniture() && !keepFurniture)
                continue;
            IReadOnlyList<TextSpan>? spans = keepFurniture ? block.Spans?.Where(s => s.Style != TextStyle.Link).ToList() : block.Spans;
            if (text.Length > 0)
                text.Append(block.Kind == BlockKind.ListItem && before == BlockKind.ListItem ? "\n" : "\n\n");
            switch (block.Kind)
            {
                case BlockKind.Heading:
                    text.Append('#', block.Level ?? 1).Append(' ').Append(MarkdownText.Inline(block.Text, spans));
                    break;
                case BlockKind.ListItem:
                    text.Append(' ', 2 * ((block.Level ?? 1) - 1)).Append(ListMarker(block.Marker)).Append(' ')
                        .Append(MarkdownText.Block(block.Text, spans));
                    break;
                case BlockKind.Figure:
                    DocumentFigure figure = figures[block.Figure!];
                    text.Append($"![{figure.Label}]({imageRoot}{figure.Image})");
                    if (keepFurniture && block.Text.Length > 0)
                        text.Append("\n\n").Append(MarkdownText.Block(block.Text.Replace(" | ", "\n", StringComparison.Ordinal), null));
                    break;
                case BlockKind.Formula:
                    AppendFormula(text, formulas[block.Formula!], block.Text, imageRoot, keepFurniture);
                    break;
                case BlockKind.Code:
                    string fence = new('`', Math.Max(3, MarkdownText.LongestRun(block.Text, '`') + 1));
                    text.Append(fence).Append('\n').Append(block.Text).Append('\n').Append(fence);
                    break;
                case BlockKind.Table:
                    AppendTable(text, tables[block.Table!]);
                    break;
                default:
                    text.Append(MarkdownText.Block(block.Text, spans));
                    break;
            }
            before = block.Kind;
        }
        return text.Append('\n').ToString();
    }

    /// <summary>As TeX where it is certain, else its picture: characters without their places would say something else.</summary>
    private static void AppendFormula(StringBuilder text, DocumentFormula formula, string words, string imageRoot, bool keepFurniture)
    {
        if (keepFurniture)
        {
            text.Append(formula.Tex ?? words);
            if (formula is { Tex: not null, Number: not null }) text.Append($"\n\n({formula.Number})");
        }
        else if (formula.Tex is null)
        {
            text.Append($"![Formula{(formula.Number is null ? "" : $" ({formula.Number})")}]({imageRoot}{formula.Image})");
        }
        else
        {
            text.Append("$$\n").Append(formula.Tex).Append(formula.Number is null ? "" : $" \\tag{{{formula.Number}}}").Append("\n$$");
        }
    }

    private static void AppendTable(StringBuilder text, DocumentTable table)
    {
        if (table.HeaderRows != 1 || table.Spans.Count > 0)
        {
            AppendHtmlTable(text, table);
            return;
        }
        AppendRow(text, table.Rows[0]);
        text.Append('\n').Append('|');
        foreach (string _ in table.Rows[0])
            text.Append(" --- |");
        foreach (IReadOnlyList<string> row in table.Rows.Skip(1))
        {
            text.Append('\n');
            AppendRow(text, row);
        }
    }

    /// <summary>
    /// A pipe table has exactly one row of heads and no cells that span others; everything else is HTML, as Markdown allows.
    /// </summary>
    internal static void AppendHtmlTable(StringBuilder text, DocumentTable table)
    {
        Dictionary<(int, int), CellSpan> spans = table.Spans.ToDictionary(s => (s.Row, s.Column));
        HashSet<(int, int)> covered = [];
        foreach (CellSpan span in table.Spans)
            for (int row = span.Row; row < span.Row + span.Rows; row++)
                for (int column = span.Column; column < span.Column + span.Columns; column++)
                    if (row != span.Row || column != span.Column) covered.Add((row, column));
        text.Append("<table>");
        for (int row = 0; row < table.Rows.Count; row++)
        {
            string tag = row < table.HeaderRows ? "th" : "td";
            text.Append("\n<tr>");
            for (int column = 0; column < table.Rows[row].Count; column++)
            {
                if (covered.Contains((row, column)))
                    continue;
                text.Append('<').Append(tag);
                if (spans.TryGetValue((row, column), out CellSpan? span))
                {
                    if (span.Rows > 1) text.Append($" rowspan=\"{span.Rows}\"");
                    if (span.Columns > 1) text.Append($" colspan=\"{span.Columns}\"");
                }
                text.Append('>').Append(WebUtility.HtmlEncode(table.Rows[row][column])).Append("</").Append(tag).Append('>');
            }
            text.Append("</tr>");
        }
        text.Append("\n</table>");
    }

    private static void AppendRow(StringBuilder text, IReadOnlyList<string> cells)
    {
        text.Append('|');
        foreach (string cell in cells)
            text.Append(' ').Append(cell.Replace("|", "\\|")).Append(" |");
    }

    private static string ListMarker(string? marker) =>
        marker is { Length: > 0 } && char.IsAsciiDigit(marker[0]) ? marker.TrimEnd('.', ')') + "."
        : marker is null or "-" ? "-"
        : $"- {marker}"; // Markdown has no (a) or b) markers: the letter stays in the text
}
