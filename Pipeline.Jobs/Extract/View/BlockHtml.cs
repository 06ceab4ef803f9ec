using System.Globalization;
using System.Text;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.View;

/// <summary>Blocks as HTML: what was read, each block with its number, which links to its box on the page.</summary>
internal sealed class BlockHtml(ExtractedDocument document, Func<string, string> urlOf, Func<string, string> say)
{
    private const int HeadingsAbove = 2;            // the page's own: its title, and the numbers of pages

    private readonly Dictionary<string, DocumentFigure> _figures = document.Figures.ToDictionary(f => f.Id, StringComparer.Ordinal);
    private readonly Dictionary<string, DocumentFormula> _formulas = document.Formulas.ToDictionary(f => f.Id, StringComparer.Ordinal);
    private readonly Dictionary<string, DocumentTable> _tables = document.Tables.ToDictionary(t => t.Id, StringComparer.Ordinal);

    /// <summary>The blocks that start on one page, in reading order; items of a list that follow each other are one list.</summary>
    public void Append(StringBuilder html, IReadOnlyList<NumberedBlock> blocks)
    {
        bool inList = false;
        foreach (NumberedBlock block in blocks)
        {
            bool item = block.Block.Kind == BlockKind.ListItem;
            if (item != inList)
                html.Append(item ? "<ul>\n" : "</ul>\n");
            inList = item;
            Append(html, block, item ? "li" : "div");
        }
        if (inList)
            html.Append("</ul>\n");
    }

    private void Append(StringBuilder html, NumberedBlock block, string element)
    {
        string id = Html.Encode(block.Block.Id), level = "";
        if (block.Block.Kind == BlockKind.ListItem)
            level = string.Create(CultureInfo.InvariantCulture, $" depth-{Math.Clamp(block.Block.Level ?? 1, 1, 6)}");
        html.Append($"<{element} class=\"block k-{NumberedBlock.ClassOf(block.Block.Kind)}{level}\" id=\"{id}\" data-block=\"{id}\">")
            .Append(CultureInfo.InvariantCulture, $"<a class=\"number\" href=\"#box-{id}\" ")
            .Append($"title=\"{Html.Encode(block.Describe(document.Fonts))}\">{block.Number}</a>");
        AppendContent(html, block.Block);
        html.Append($"</{element}>\n");
    }

    private void AppendContent(StringBuilder html, DocumentBlock block)
    {
        string text = Html.Encode(block.Text);
        switch (block.Kind)
        {
            case BlockKind.Heading:
                int level = Math.Clamp((block.Level ?? 1) + HeadingsAbove, 1, 6);
                html.Append(CultureInfo.InvariantCulture, $"<h{level} dir=\"auto\">{text}</h{level}>");
                break;
            case BlockKind.ListItem:
                html.Append($"<span class=\"marker\">{Html.Encode(block.Marker is null or "-" ? "•" : block.Marker)}</span>")
                    .Append($"<span class=\"words\" dir=\"auto\">{text}</span>");
                break;
            case BlockKind.Table:
                html.Append("<div class=\"cells\" dir=\"auto\">");
                MarkdownWriter.AppendHtmlTable(html, _tables[block.Table!]);
                html.Append("</div>");
                break;
            case BlockKind.Figure:
                AppendFigure(html, _figures[block.Figure!], text);
                break;
            case BlockKind.Formula:
                AppendFormula(html, _formulas[block.Formula!]);
                break;
            case BlockKind.Code:
                html.Append($"<pre dir=\"auto\"><code>{text}</code></pre>");
                break;
            default:
                html.Append($"<p dir=\"auto\">{text}</p>");
                break;
        }
    }

    private void AppendFormula(StringBuilder html, DocumentFormula formula)
    {
        string label = Html.Encode(say("Formula"));
        if (formula.Number is { } number) label += $" ({Html.Encode(number)})";
        html.Append("<figure>");
        AppendImage(html, formula.Image, label, formula.PixelWidth, formula.PixelHeight);
        html.Append($"<figcaption>{label}</figcaption>");
        if (formula.Tex is { } tex)
            html.Append($"<pre><code>{Html.Encode(tex)}</code></pre>");
        html.Append("</figure>");
    }

    private void AppendFigure(StringBuilder html, DocumentFigure figure, string words)
    {
        string label = Html.Encode(figure.Label);
        html.Append("<figure>");
        AppendImage(html, figure.Image, label, figure.PixelWidth, figure.PixelHeight);
        html.Append(CultureInfo.InvariantCulture, $"<figcaption>{label}, {figure.PixelWidth} × {figure.PixelHeight} ")
            .Append($"{Html.Encode(say("pixels"))}</figcaption>");
        if (figure.Description is { } description)
            html.Append($"<p class=\"description\" dir=\"auto\">{Html.Encode(description)}</p>");
        if (words.Length > 0)
            html.Append($"<details><summary>{Html.Encode(say("Words in the picture"))}</summary><p dir=\"auto\">{words}</p></details>");
        html.Append("</figure>");
    }

    /// <param name="html">Takes it.</param>
    /// <param name="image">Path inside the document's folder.</param>
    /// <param name="label">Encoded.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    private void AppendImage(StringBuilder html, string image, string label, int width, int height)
    {
        string url = Html.Encode(urlOf(image));
        html.Append(CultureInfo.InvariantCulture, $"<a href=\"{url}\"><img src=\"{url}\" alt=\"{label}\" loading=\"lazy\" ")
            .Append(CultureInfo.InvariantCulture, $"width=\"{width}\" height=\"{height}\"></a>");
    }
}
