using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.View;

namespace Pipeline.Tests.Jobs.Extract.View;

public sealed class ViewPagesTests
{
    private const string Evil = "</title><script>alert(1)</script>\" onerror=\"alert(2)\" '&lt;";

    [Fact]
    public void Text_of_documents_is_shown_and_never_becomes_part_of_the_page()
    {
        ExtractedDocument document = ViewedDocument.Of(1,
            [
                .. Enum.GetValues<BlockKind>().Select(kind => ViewedDocument.Block(1, kind, Evil) with
                {
                    Font = 0,
                    Marker = Evil,
                    Figure = kind == BlockKind.Figure ? "figure-1" : null,
                    Table = kind == BlockKind.Table ? "table-1" : null,
                    Formula = kind == BlockKind.Formula ? "formula-1" : null,
                }),
                ViewedDocument.Block(1, BlockKind.Paragraph, "") with { Id = Evil },
            ]) with
        {
            Title = Evil,
            FileName = Evil,
            Warnings = [Evil],
            Fonts = [new DocumentFont(Evil, false, false)],
            Figures = [ViewedDocument.Figure("figure-1") with { Label = Evil, Description = Evil }],
            Formulas = [ViewedDocument.Formula("formula-1") with { Number = Evil, Tex = Evil }],
            Tables = [new() { Id = "table-1", Page = 1, Box = new Box(0, 0, 9, 9), HeaderRows = 1, Rows = [[Evil], [Evil]] }],
        };
        string html = ViewPages.Document(document, listed: true);
        Regex.Count(html, "<script").ShouldBe(1);       // its own
        html.ShouldNotContain("alert(1)</script>");
        html.ShouldNotContain("\" onerror");
        Regex.Count(WebUtility.HtmlDecode(html), Regex.Escape(Evil)).ShouldBeGreaterThan(Enum.GetValues<BlockKind>().Length + 8);

        string index = ViewPages.Index([ViewEntry.Of(document, Evil), ViewEntry.Refused(Evil, Evil)]);
        index.ShouldNotContain("<script");
        index.ShouldNotContain("\" onerror");
    }

    [Fact]
    public void Nothing_but_the_own_style_and_script_may_run_and_nothing_is_loaded_from_elsewhere()
    {
        string html = ViewPages.Document(ViewedDocument.Of(1, ViewedDocument.Block(1, BlockKind.Paragraph, "text")), listed: false);
        string policy = Regex.Match(html, "Content-Security-Policy\" content=\"([^\"]*)\"").Groups[1].Value;
        policy.ShouldStartWith("default-src 'none';");
        policy.ShouldContain($"style-src 'sha256-{HashOf(html, "style")}';");
        policy.ShouldContain($"script-src 'sha256-{HashOf(html, "script")}';");
        policy.ShouldNotContain("unsafe");
        html.ShouldNotContain("style=\"");
        html.ShouldNotMatch("https?://");
        html.ShouldNotContain("All documents");
    }

    [Fact]
    public void The_list_names_each_document_with_its_counts_and_each_refusal_with_its_reason()
    {
        ExtractedDocument document = ViewedDocument.Of(2) with { Warnings = ["page 1: odd"] };
        string index = ViewPages.Index([ViewEntry.Of(document, "a#1 %?"), ViewEntry.Refused("b.pdf", "b.pdf: the file is empty")]);
        index.ShouldContain("<a href=\"a%231%20%25%3F/document.html\">Pumps</a><small>pump.pdf</small>");
        index.ShouldContain("<td data-label=\"Pages\">2</td>");
        index.ShouldContain("<li>page 1: odd</li>");
        index.ShouldContain("b.pdf: the file is empty");
        index.ShouldContain("1 document · 2 pages · 1 not extracted");
    }

    private static string HashOf(string html, string element) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(
        Regex.Match(html, $"<{element}>(.*?)</{element}>", RegexOptions.Singleline).Groups[1].Value)));
}
