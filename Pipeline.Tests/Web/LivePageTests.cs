using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Tests.Web;

/// <summary>The page of a run that works, in a real browser: what the server sends is what it shows.</summary>
public sealed class LivePageTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_of_a_run_shows_what_its_events_bring_and_is_not_asked_for_again()
    {
        await using Chromium chromium = await Chromium.LaunchAsync();
        await using TestWebServer server = await TestWebServer.StartAsync(database, settings: ("Serving:VisionModel", "/nowhere"));
        IDbContextFactory<PipelineDbContext> contexts = server.Services.GetRequiredService<IDbContextFactory<PipelineDbContext>>();
        Run run = new("at-work", "/data/inbox", """{"base_model":"starter/phi4-starter"}""", DateTimeOffset.UtcNow.AddMinutes(-1));
        await ChangeAsync(contexts, db => db.Add(run));

        IPage page = await chromium.Browser.NewPageAsync(new BrowserNewPageOptions { BaseURL = server.Address.ToString() });
        ConcurrentQueue<string> requests = [];
        ConcurrentQueue<string> faults = [];
        page.Request += (_, request) => requests.Enqueue(new Uri(request.Url).PathAndQuery);
        page.PageError += (_, error) => faults.Enqueue(error);
        await page.GotoAsync($"/runs/{run.Id}?state=failed");
        await page.Locator("#head .badge").GetByText("pending").WaitForAsync();
        await page.Locator("#log").GetByText("No lines yet.").WaitForAsync();
        await page.Locator("#settings summary").ClickAsync();

        // What a worker would do meanwhile.
        const string hostile = "<img src=x onerror=\"document.title='injected'\">.pdf: encrypted";
        await ChangeAsync(contexts, db => db.Add(new LogEntry
        {
            At = DateTimeOffset.UtcNow,
            Level = "Warning",
            Category = "test",
            Message = hostile,
            RunId = run.Id,
        }));
        await page.Locator("#log").GetByText(hostile).WaitForAsync();
        await database.ScalarAsync<Guid>($"UPDATE runs SET state = 'Running', started_at = now() WHERE id = '{run.Id}' RETURNING id");
        await page.Locator("#head .badge").GetByText("running").WaitForAsync();
        await ChangeAsync(contexts, db => db.AddRange(new[] { 2.5, 2.25 }.Select((loss, i) =>
            new TrainingMetric { RunId = run.Id, Name = "loss", Step = i + 1, Epoch = 0.1, Value = loss, At = DateTimeOffset.UtcNow })));
        await page.Locator("#loss svg polyline.loss").WaitForAsync();
        await database.ScalarAsync<Guid>($"UPDATE runs SET state = 'Canceled', finished_at = now() WHERE id = '{run.Id}' RETURNING id");
        await page.Locator("#head .badge").GetByText("canceled").WaitForAsync();

        (await page.Locator("#settings").GetAttributeAsync("open")).ShouldNotBeNull("what the reader opened stays open");
        (await page.TitleAsync()).ShouldBe("at-work · Pipeline");
        requests.Where(path => !path.StartsWith("/assets/", StringComparison.Ordinal) && path != "/favicon.ico" && path != "/status")
            .ShouldBe([$"/runs/{run.Id}?state=failed", $"/runs/{run.Id}/live?state=failed&from=0"]);
        faults.ShouldBeEmpty();
    }

    private static async Task ChangeAsync(IDbContextFactory<PipelineDbContext> contexts, Action<PipelineDbContext> change)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(Stop);
        change(db);
        await db.SaveChangesAsync(Stop);
    }
}
