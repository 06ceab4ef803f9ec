using System.Text;
using Markdig;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Pipeline.Web.Pages;

/// <summary>
/// Markdown of models as HTML. Their text is untrusted: HTML in it is shown as text, links lead to the web or by mail and nowhere else,
/// and images are named, not fetched.
/// </summary>
internal static class MarkdownView
{
    private const int Longest = 256 << 10;          // bytes of a text

    private static readonly MarkdownPipeline Rules =
        new MarkdownPipelineBuilder().DisableHtml().UsePipeTables().UseEmphasisExtras().UseAutoLinks().Build();

    /// <summary><c>POST /markdown</c>: text in, HTML out, for the pages.</summary>
    public static void MapMarkdown(this IEndpointRouteBuilder routes) => routes
        .MapPost("/markdown", async (HttpRequest request, CancellationToken cancellationToken) =>
        {
            byte[] bytes = new byte[Longest + 1];
            int read = await request.Body.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken);
            return read > Longest ? Results.StatusCode(StatusCodes.Status413PayloadTooLarge)
                : Results.Content(ToHtml(Encoding.UTF8.GetString(bytes, 0, read)), "text/html; charset=utf-8");
        })
        .ExcludeFromDescription();

    /// <summary>HTML without scripts, styles or foreign content.</summary>
    public static string ToHtml(string markdown)
    {
        MarkdownDocument document = Markdown.Parse(markdown, Rules);
        foreach (LinkInline link in document.Descendants<LinkInline>().ToList())
        {
            if (link.IsImage) link.ReplaceBy(new LiteralInline(link.FirstChild?.ToString() ?? link.Url ?? ""));
            else if (!IsHarmless(link.Url)) link.Url = "";
            else link.GetAttributes().AddProperty("rel", "noopener noreferrer nofollow");
        }
        foreach (AutolinkInline link in document.Descendants<AutolinkInline>().ToList())
            if (!link.IsEmail && !IsHarmless(link.Url)) link.ReplaceBy(new LiteralInline(link.Url));
        using StringWriter html = new();
        HtmlRenderer renderer = new(html);
        Rules.Setup(renderer);
        renderer.Render(document);
        return html.ToString();
    }

    private static bool IsHarmless(string? url) =>
        Uri.TryCreate(url, UriKind.Absolute, out Uri? address) && (address.Scheme is "http" or "https" or "mailto");
}
