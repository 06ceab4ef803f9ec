using Pipeline.Web.Pages;

namespace Pipeline.Tests.Web;

/// <summary>What a model says is shown, never run and never fetched.</summary>
public sealed class MarkdownViewTests
{
    [Theory]
    [InlineData("**bold** and `code`", "<p><strong>bold</strong> and <code>code</code></p>")]
    [InlineData("| a | b |\n|---|---|\n| 1 | 2 |", "<td>1</td>")]
    [InlineData("[site](https://example.org/a)", "<a href=\"https://example.org/a\" rel=\"noopener noreferrer nofollow\">site</a>")]
    [InlineData("- one\n- two", "<li>one</li>")]
    public void Markdown_is_rendered(string text, string html) => MarkdownView.ToHtml(text).ShouldContain(html);

    [Theory]
    [InlineData("<script>alert(1)</script>")]
    [InlineData("<img src=x onerror=alert(1)>")]
    [InlineData("a <b onclick=x>b</b> c")]
    [InlineData("![picture](https://evil.example/track.png)")]
    [InlineData("[click](javascript:alert(1))")]
    [InlineData("[click](JaVaScRiPt:alert(1))")]
    [InlineData("[click](data:text/html,<script>1</script>)")]
    [InlineData("<javascript:alert(1)>")]
    [InlineData("[x]: javascript:alert(1)\n[x]")]
    [InlineData("[relative](/logout)")]
    public void Nothing_of_it_is_run_or_fetched(string text)
    {
        string html = MarkdownView.ToHtml(text);
        html.ShouldNotContain("<script");
        html.ShouldNotContain("<img");
        html.ShouldNotContain("<b ");
        html.ShouldNotContain("href=\"javascript:", Case.Insensitive);
        html.ShouldNotContain("href=\"data:");
        html.ShouldNotContain("href=\"/");
    }
}
