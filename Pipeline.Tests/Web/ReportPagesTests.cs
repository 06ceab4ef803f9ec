using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Runs.Results;

namespace Pipeline.Tests.Web;

/// <summary>What a finished run says of what it taught, over real HTTP and in a real browser.</summary>
public sealed class ReportPagesTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const string Policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox allow-popups";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_report_is_one_page_under_a_policy_of_its_own_and_the_same_as_json()
    {
        (RunSummary run, Guid evaluation) = await FinishedAsync("read me");
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        using HttpResponseMessage page = await server.GetAsync($"/api/runs/{run.RunId}/report");
        page.StatusCode.ShouldBe(HttpStatusCode.OK);
        page.Content.Headers.ContentType!.ToString().ShouldBe("text/html; charset=utf-8");
        page.Headers.GetValues("Content-Security-Policy").ShouldBe([Policy]);
        string html = await page.Content.ReadAsStringAsync(Stop);
        html.ShouldBe(await File.ReadAllTextAsync(run.ReportPath.ShouldNotBeNull(), Stop));
        html.ShouldNotContain("<script");
        html.ShouldNotContain("src=\"http");

        JsonElement report = await JsonAsync(server, $"/api/runs/{run.RunId}/report.json");
        report.GetProperty("run").GetString().ShouldBe("reported");
        report.GetProperty("funnel").GetProperty("documents").GetInt32().ShouldBe(1);
        JsonElement examination = await JsonAsync(server, $"/api/evaluations/{evaluation}/examination");
        examination.GetProperty("items").GetArrayLength().ShouldBe(200);
        examination.GetProperty("sides").EnumerateArray().Select(s => s.GetProperty("name").GetString()).ShouldBe(["base", "adapter"]);

        foreach (string path in (string[])[$"runs/{Guid.NewGuid()}/report", $"runs/{Guid.NewGuid()}/report.json",
            $"evaluations/{Guid.NewGuid()}/examination"])
            (await server.GetAsync("/api/" + path)).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        // A run that has not come that far.
        Run early = new("early", "/data/early", "{}", DateTimeOffset.UtcNow);
        await using (PipelineDbContext db = await server.Services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(Stop))
        {
            db.Add(early);
            await db.SaveChangesAsync(Stop);
        }
        using HttpResponseMessage none = await server.GetAsync($"/api/runs/{early.Id}/report");
        none.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await none.Content.ReadAsStringAsync(Stop)).ShouldContain("has no report yet");
    }

    [Fact]
    public async Task The_page_of_a_run_shows_the_verdict_and_leads_to_the_report()
    {
        (RunSummary run, _) = await FinishedAsync("look at me");
        await using Chromium chromium = await Chromium.LaunchAsync();
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        await using IBrowserContext context = await chromium.Browser.NewContextAsync(new() { BaseURL = server.Address.ToString() });
        IPage page = await context.NewPageAsync();
        page.SetDefaultTimeout((float)Eventually.HangLimit.TotalMilliseconds);
        List<string> faults = [];
        page.Console += (_, message) =>
        {
            if (message.Type == "error") faults.Add($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, error) => faults.Add($"{page.Url}: {error}");
        (await page.GotoAsync($"/runs/{run.RunId}"))!.Status.ShouldBe(200);
        ILocator verdict = page.Locator("p.verdict");
        await verdict.GetByText("better", new() { Exact = true }).WaitForAsync();
        (await verdict.TextContentAsync()).ShouldNotBeNull().ShouldContain(run.Exam.ShouldNotBeNull().Reason);
        await verdict.GetByRole(AriaRole.Link, new() { Name = "Report" }).ClickAsync();
        await page.WaitForURLAsync($"**/api/runs/{run.RunId}/report");
        await page.GetByRole(AriaRole.Heading).First.WaitForAsync();
        (await page.ContentAsync()).ShouldContain("reported");
        faults.ShouldBeEmpty();
    }

    private async Task<(RunSummary Run, Guid Evaluation)> FinishedAsync(string text)
    {
        using TemporaryFolder folder = new();
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database);
        RunSummary run = await TeachingDocuments.FinishedAsync(pipeline, folder.File("in"),
            PipelineFixture.Seed(folder, ("a.pdf", text + " <script>document.title = 1</script>")) with { Name = "reported" });
        return (run, (await pipeline.Sender.Send(new ListEvaluations(run.RunId), Stop)).Single().Id);
    }

    private static async Task<JsonElement> JsonAsync(TestWebServer server, string path)
    {
        using HttpResponseMessage answer = await server.GetAsync(path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, path);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/json");
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement;
    }
}
