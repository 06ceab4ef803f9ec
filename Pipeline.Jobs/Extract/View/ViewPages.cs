using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.View;

/// <summary>
/// Pages that stand alone beside the files of an extraction, opened without a server: <c>document.html</c> of one document and
/// <c>index.html</c> of many. They load nothing but the images of the extraction; their content security policy names their own style
/// sheet and script by hash.
/// </summary>
public static class ViewPages
{
    /// <summary>Name of the list of documents.</summary>
    public const string IndexFile = "index.html";

    /// <summary>The content of <c>document.html</c>.</summary>
    /// <param name="document">The document.</param>
    /// <param name="listed">Whether the list of documents lies in the folder above.</param>
    public static string Document(ExtractedDocument document, bool listed)
    {
        DocumentView view = new(document, RelativeUrl);
        StringBuilder body = new("<main class=\"document\">\n<header>\n");
        if (listed)
            body.Append($"<p><a href=\"../{IndexFile}\">All documents</a></p>\n");
        body.Append($"<h1 dir=\"auto\">{Html.Encode(document.Title ?? document.FileName)}</h1>\n<p class=\"facts\">")
            .Append($"<bdi>{Html.Encode(document.FileName)}</bdi> · ")
            .Append(CultureInfo.InvariantCulture, $"{Count(document.Pages.Count, "page")} · {Count(document.Figures.Count, "figure")} · ")
            .Append(CultureInfo.InvariantCulture, $"{Count(document.Tables.Count, "table")} · {(document.Bytes + 1023) / 1024:N0} KB · ")
            .Append($"<a href=\"{ExtractionResult.MarkdownFile}\">Markdown</a> · <a href=\"{ExtractionResult.JsonFile}\">JSON</a></p>\n")
            .Append("</header>\n")
            .Append(view.Warnings()).Append(view.Legend()).Append(view.Pages()).Append("</main>\n");
        return Page(document.Title ?? document.FileName, ViewAssets.PageStyle + ViewAssets.Style, body, ViewAssets.Script);
    }

    /// <summary>The content of <c>index.html</c>.</summary>
    /// <param name="entries">All documents in the order in which they are listed.</param>
    public static string Index(IReadOnlyList<ViewEntry> entries)
    {
        int refused = entries.Count(e => e.Error is not null);
        StringBuilder body = new("<main class=\"index\">\n<h1>Extracted documents</h1>\n<p class=\"facts\">");
        body.Append(Count(entries.Count - refused, "document")).Append(" · ").Append(Count(entries.Sum(e => e.Pages), "page"));
        if (refused > 0)
            body.Append(CultureInfo.InvariantCulture, $" · {refused} not extracted");
        body.Append("</p>\n<div class=\"cells\">\n<table>\n<thead><tr><th scope=\"col\">Document</th><th scope=\"col\">Pages</th>")
            .Append("<th scope=\"col\">Figures</th><th scope=\"col\">Tables</th><th scope=\"col\">Warnings</th></tr></thead>\n<tbody>\n");
        foreach (ViewEntry entry in entries)
            AppendRow(body, entry);
        body.Append("</tbody>\n</table>\n</div>\n</main>\n");
        return Page("Extracted documents", ViewAssets.PageStyle, body, script: null);
    }

    private static void AppendRow(StringBuilder html, ViewEntry entry)
    {
        string name = Html.Encode(entry.FileName);
        if (entry.Error is { } error)
        {
            html.Append($"<tr><th scope=\"row\" dir=\"auto\">{name}</th>")
                .Append($"<td colspan=\"4\" class=\"error\">{Html.Encode(error)}</td></tr>\n");
            return;
        }
        string url = Html.Encode($"{Uri.EscapeDataString(entry.Folder)}/{ExtractionResult.HtmlFile}");
        html.Append($"<tr><th scope=\"row\" dir=\"auto\"><a href=\"{url}\">{Html.Encode(entry.Title ?? entry.FileName)}</a>")
            .Append($"{(entry.Title is null ? "" : $"<small>{name}</small>")}</th>")
            .Append(CultureInfo.InvariantCulture, $"<td data-label=\"Pages\">{entry.Pages}</td>")
            .Append(CultureInfo.InvariantCulture, $"<td data-label=\"Figures\">{entry.Figures}</td>")
            .Append(CultureInfo.InvariantCulture, $"<td data-label=\"Tables\">{entry.Tables}</td><td>");
        if (entry.Warnings.Count > 0)
            html.Append("<ul>").AppendJoin("", entry.Warnings.Select(w => $"<li>{Html.Encode(w)}</li>")).Append("</ul>");
        html.Append("</td></tr>\n");
    }

    private static string Page(string title, string style, StringBuilder body, string? script)
    {
        string policy = $"default-src 'none'; img-src 'self' data: file:; style-src {HashOf(style)}; "
            + $"script-src {(script is null ? "'none'" : HashOf(script))}; base-uri 'none'; form-action 'none'";
        StringBuilder html = new("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        html.Append($"<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">\n")
            .Append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
            .Append($"<title>{Html.Encode(title)}</title>\n<style>{style}</style>\n</head>\n<body>\n").Append(body);
        if (script is not null)
            html.Append($"<script>{script}</script>\n");
        return html.Append("</body>\n</html>\n").ToString();
    }

    private static string HashOf(string inline) => $"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(inline)))}'";

    private static string RelativeUrl(string path) => string.Join('/', path.Split('/').Select(Uri.EscapeDataString));

    private static string Count(int number, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{number} {what}{(number == 1 ? "" : "s")}");
}
