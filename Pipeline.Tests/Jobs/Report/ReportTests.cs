using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Pipeline.Jobs.Report;
using Pipeline.Tests.Web;

namespace Pipeline.Tests.Jobs.Report;

public sealed partial class ReportTests
{
    [Theory]
    [InlineData("en", "In short", "Not promoted: the adapter does not serve")]
    [InlineData("es", "En resumen", "No promocionado: el adaptador no sirve")]
    public void The_report_speaks_the_chosen_language_and_texts_of_documents_keep_theirs(string language, string heading, string decision)
    {
        string html = ReportHtml.Render(SampleReport.Make(language));
        html.ShouldContain($"<html lang=\"{language}\">");
        html.ShouldContain(heading);
        html.ShouldContain(decision);
        html.ShouldContain("dir=\"auto\" lang=\"ar\">في أي عام");
    }

    [Fact]
    public void Texts_of_documents_and_models_are_no_markup()
    {
        string html = ReportHtml.Render(SampleReport.Make("en"));
        html.ShouldNotContain("<script", Case.Insensitive);
        html.ShouldNotContain("<img", Case.Insensitive);
        html.ShouldNotContain(" style=", Case.Insensitive);
        html.ShouldContain("&lt;script&gt;alert(1)");
        Regex.Count(html, "</style>").ShouldBe(1);
        Address().Matches(html).ShouldBeEmpty("a report loads nothing");
    }

    [Fact]
    public void Funnel_figures_intervals_and_reasons_are_all_there()
    {
        string html = ReportHtml.Render(SampleReport.Make("en"));
        foreach (string text in new[] { "list of contents", "12,000", "a number that the source lacks", "type: reverse", "unseen documents",
            "kappa 0.60", "the lower bound", "of 60 general questions", "training.learning_rate", "57,000", "pumps.pdf</bdi>, page 1" })
            html.ShouldContain(text);
    }

    [Fact]
    public void The_json_says_the_same_with_every_reply()
    {
        using JsonDocument json = JsonDocument.Parse(ReportJson.Write(SampleReport.Make("en")));
        json.RootElement.GetProperty("run").GetString().ShouldBe("pumps");
        JsonElement examination = json.RootElement.GetProperty("examination");
        examination.GetProperty("sides")[1].GetProperty("closed").GetArrayLength().ShouldBe(91);
        JsonElement gain = examination.GetProperty("figures").GetProperty("comparisons")[0].GetProperty("difference");
        gain.GetProperty("items").GetInt32().ShouldBe(89);      // one call failed
        gain.GetProperty("low").GetDouble().ShouldBeInRange(0.5, 0.9);
        json.RootElement.GetProperty("funnel").GetProperty("kept").GetProperty("train").GetInt32().ShouldBe(610);
    }

    [Fact]
    public void A_report_without_examination_says_so()
    {
        TeachingReport report = SampleReport.Make("en") with { Examination = null, Promotion = null, Judge = null };
        ReportHtml.Render(report).ShouldContain("No examination was held.");
    }

    [Theory]
    [InlineData(375, 800)]
    [InlineData(1280, 900)]
    public async Task In_a_browser_it_fits_the_screen_asks_for_nothing_and_breaks_no_policy(int width, int height)
    {
        using TemporaryFolder folder = new();
        string path = folder.File("report.html");
        await using (FileStream file = File.Create(path))
            ReportHtml.Write(SampleReport.Make("es"), file);
        await using Chromium chromium = await Chromium.LaunchAsync();
        IPage page = await chromium.Browser.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = ColorScheme.Dark,
        });
        List<string> requests = [], messages = [];
        page.Request += (_, request) => requests.Add(request.Url);
        page.Console += (_, message) => messages.Add(message.Text);
        page.Dialog += async (_, dialog) =>
        {
            messages.Add("dialog");
            await dialog.DismissAsync();
        };
        await page.GotoAsync(new Uri(path).AbsoluteUri);

        requests.Count.ShouldBe(1, string.Join(", ", requests));
        messages.ShouldBeEmpty();
        (await page.EvaluateAsync<int>("document.documentElement.scrollWidth")).ShouldBeLessThanOrEqualTo(width);
        // The style holds.
        (await page.EvaluateAsync<string>("getComputedStyle(document.body).backgroundColor")).ShouldBe("rgb(20, 22, 27)");
        (await page.Locator("svg.bar").CountAsync()).ShouldBeGreaterThan(20);
    }

    [GeneratedRegex("""<[^>]*\s(?:src|href)=|url\(|@import""")]
    private static partial Regex Address();
}
