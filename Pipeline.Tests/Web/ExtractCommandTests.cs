using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pipeline.Jobs.Extract;
using Pipeline.Tests.Jobs.Extract;
using Pipeline.Web.Commands;

namespace Pipeline.Tests.Web;

/// <summary>The command extract with its pages for people.</summary>
public sealed class ExtractCommandTests : IDisposable
{
    private const string Name = "pump #1 <b>";

    private readonly TemporaryFolder _folder = new();

    public ExtractCommandTests()
    {
        Directory.CreateDirectory(_folder.File("in"));
        File.WriteAllBytes(_folder.File($"in/{Name}.pdf"), PdfBuilder.WithPages(
            PdfBuilder.Text((60, 760, 24, "Pump <script>"), (60, 700, 11, "The pump moves water."), (60, 640, 11, "It has two valves.")),
            PdfBuilder.Text((60, 760, 24, "Valves"), (60, 700, 11, "A valve opens."))));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Html_of_a_folder_lists_all_its_documents_and_leads_to_files_that_exist()
    {
        File.WriteAllText(_folder.File("in/none.pdf"), "no PDF");
        (int code, string error) = await ExtractAsync(_folder.File("in"), "--html");
        code.ShouldBe(1);
        error.ShouldContain("none.pdf: not a PDF");
        string index = File.ReadAllText(_folder.File("out/index.html"));
        index.ShouldContain("none.pdf: not a PDF");
        string page = Path.Combine(_folder.File("out"), Uri.UnescapeDataString(Regex.Match(index, "href=\"([^\"]+)\"").Groups[1].Value));
        page.ShouldBe(_folder.File($"out/{Name}/{ExtractionResult.HtmlFile}"));
        string html = File.ReadAllText(page);
        string[] files = [.. Regex.Matches(html, "(?:href|src)=\"([^\"#]+)\"").Select(m => m.Groups[1].Value)];
        files.ShouldContain("pages/page-0002.png");
        files.ShouldContain("../index.html");
        files.ShouldAllBe(file => File.Exists(Path.Combine(Path.GetDirectoryName(page)!, file)));
    }

    [Fact]
    public async Task Html_is_written_only_when_asked_for_and_one_file_needs_no_list()
    {
        (await ExtractAsync(_folder.File($"in/{Name}.pdf"))).Code.ShouldBe(0);
        File.Exists(_folder.File($"out/{Name}/{ExtractionResult.HtmlFile}")).ShouldBeFalse();
        (await ExtractAsync(_folder.File($"in/{Name}.pdf"), "--html")).Code.ShouldBe(0);
        File.ReadAllText(_folder.File($"out/{Name}/{ExtractionResult.HtmlFile}")).ShouldContain("The pump moves water.");
        File.Exists(_folder.File("out/index.html")).ShouldBeFalse();
    }

    [Fact]
    public async Task In_a_browser_a_box_and_its_text_light_up_together_and_kinds_can_be_hidden()
    {
        await using Chromium chromium = await Chromium.LaunchAsync();
        (await ExtractAsync(_folder.File("in"), "--html")).Code.ShouldBe(0);
        IPage page = await chromium.Browser.NewPageAsync();
        page.SetDefaultTimeout((float)Eventually.HangLimit.TotalMilliseconds);
        List<string> faults = [];
        page.Console += (_, message) => faults.Add(message.Text);
        page.PageError += (_, error) => faults.Add(error);
        await page.GotoAsync(new Uri(_folder.File("out/index.html")).AbsoluteUri);
        await page.GetByRole(AriaRole.Link, new() { Name = "Pump <script>" }).ClickAsync();

        ILocator box = page.Locator("#box-p1-b2"), text = page.Locator("#p1-b2"), lit = page.Locator(".lit");
        await box.HoverAsync();
        (await text.GetAttributeAsync("class")).ShouldEndWith(" lit");
        (await lit.CountAsync()).ShouldBe(2);
        await page.Locator("#p1-b3").HoverAsync();
        (await page.Locator("#box-p1-b3").GetAttributeAsync("class")).ShouldEndWith(" lit");
        (await text.GetAttributeAsync("class"))!.ShouldNotContain("lit");

        await page.Mouse.MoveAsync(0, 0);
        await page.Locator("#box-p1-b1").FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        (await text.GetAttributeAsync("class")).ShouldEndWith(" lit");
        await page.Keyboard.PressAsync("Enter");
        (await text.Locator("a.number").EvaluateAsync<bool>("link => link === document.activeElement")).ShouldBeTrue();
        page.Url.ShouldEndWith("#p1-b2");

        await page.GetByRole(AriaRole.Checkbox, new() { Name = "paragraph" }).UncheckAsync();
        (await box.IsVisibleAsync()).ShouldBeFalse();
        (await text.IsVisibleAsync()).ShouldBeFalse();
        (await page.Locator("#p1-b1").IsVisibleAsync()).ShouldBeTrue();

        (await page.Locator(".raster img").First.EvaluateAsync<int>("image => image.naturalWidth")).ShouldBeGreaterThan(100);
        faults.ShouldBeEmpty();     // a policy that refuses the page's own parts would be told here
    }

    private async Task<(int Code, string Error)> ExtractAsync(string path, params string[] options)
    {
        StringWriter error = new();
        int code = await CommandLine.RunAsync(
            ["extract", path, "--out", _folder.File("out"), "--dpi", "50", .. options], TextWriter.Null, error);
        return (code, error.ToString());
    }
}
