using Mediator;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Pipeline.Data;
using Pipeline.Jobs.Publish;

namespace Pipeline.Tests.Web;

/// <summary>The pages in a real browser. <c>PIPELINE_SCREENSHOTS</c> names a folder to keep pictures of them in.</summary>
public sealed class BrowserTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    [Fact]
    public async Task Pages_open_in_a_browser_show_what_they_should_and_break_none_of_their_own_rules()
    {
        await using Chromium chromium = await Chromium.LaunchAsync();
        await using TestWebServer server = await TestWebServer.StartAsync(database,
            settings: [("Serving:LanguageModels:0", Path.Combine(GoldenFiles.Root, "phi4-tiny")), ("Serving:VisionModel", "/nowhere")]);
        Guid run = await SeededRun.CreateAsync(database.Storage,
            server.Services.GetRequiredService<IDbContextFactory<PipelineDbContext>>());
        foreach (ColorScheme scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
            await VisitAsync(server, chromium.Browser, run, scheme);
    }

    private static async Task VisitAsync(TestWebServer server, IBrowser browser, Guid run, ColorScheme scheme)
    {
        await using IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = server.Address.ToString(),
            ColorScheme = scheme,
            ViewportSize = new ViewportSize { Width = 1180, Height = 900 },
        });
        IPage page = await context.NewPageAsync();
        page.SetDefaultTimeout((float)Eventually.HangLimit.TotalMilliseconds);
        List<string> faults = new();
        page.Console += (_, message) =>
        {
            if (message.Type == "error" && !message.Text.Contains("/status", StringComparison.Ordinal))
                faults.Add($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, error) => faults.Add($"{page.Url}: {error}");

        await OpenAsync("/", "ask");
        await page.GetByRole(AriaRole.Heading, new() { Name = "From a folder of PDFs to a specialist" }).WaitForAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Ask an image" }).WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask", Exact = true }).WaitForAsync();

        await OpenAsync("/runs", "runs");
        await page.GetByRole(AriaRole.Link, new() { Name = "field-guide" }).WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Start run" }).WaitForAsync();
        await page.Locator("#folder").FillAsync("/etc");
        await page.GetByRole(AriaRole.Button, new() { Name = "Start run" }).ClickAsync();
        await page.GetByText("is outside the folders that this server may read").WaitForAsync();
        faults.RemoveAll(f => f.Contains("400", StringComparison.Ordinal)); // the refusal just asked for

        await OpenAsync($"/runs/{run}", "run");
        await page.GetByText("remove the password or exclude the file").WaitForAsync();
        await page.GetByText("A bar chart with five bars; the tallest is March.").WaitForAsync();
        await page.Locator("svg.chart polyline.loss").WaitForAsync();
        await page.GetByText(SeededRun.Injection).First.WaitForAsync(); // shown, not run
        await page.GetByText("field-guide took over the name guide").WaitForAsync();
        await page.GetByText("2 warnings: page 2: its text runs sideways; the page was turned").ClickAsync();
        await page.GetByText("page 5 is damaged").WaitForAsync();
        (await page.TitleAsync()).ShouldBe("field-guide · Pipeline");

        await OpenAsync("/chat?model=phi4-tiny", "chat");
        await page.Locator("textarea[name=text]").FillAsync("What is a thing?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await page.Locator(".bubble.assistant:not(.busy):not(.bad)").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "New conversation" }).ClickAsync();
        (await page.Locator(".bubble").CountAsync()).ShouldBe(0);
        await page.Locator("#beside").SelectOptionAsync("phi4-tiny");
        await page.Locator("textarea[name=text]").FillAsync("And beside it?");
        await page.GetByRole(AriaRole.Button, new() { Name = "Send" }).ClickAsync();
        await page.Locator(".bubble.assistant:not(.busy):not(.bad)").Nth(1).WaitForAsync();
        await PictureAsync("chat-answered");
        await page.ReloadAsync();                       // the conversation goes on
        await page.Locator(".bubble.user").GetByText("And beside it?").WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "New conversation" }).ClickAsync();
        (await page.Locator(".bubble").CountAsync()).ShouldBe(0);

        await OpenAsync("/adapters", "adapters");
        await page.GetByText("402,432").First.WaitForAsync();
        // One click back, and forward again for the next visit.
        page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Roll back to field-guide-1" }).ClickAsync();
        await page.Locator("#served").GetByText("back from field-guide").First.WaitForAsync();
        await page.Locator("#history > summary").ClickAsync();
        await page.Locator("#history").GetByText("held-out loss 2.3400 is 10.3 % below 2.6100 of field-guide-1").WaitForAsync();
        await PictureAsync("adapters-rolled-back");
        await server.Services.GetRequiredService<ISender>()
            .Send(new PromoteAdapter("field-guide", "guide", "test"), TestContext.Current.CancellationToken);
        await OpenAsync("/schedules", "schedules");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save schedule" }).WaitForAsync();
        await OpenAsync("/hangfire", "hangfire");
        await page.GetByText("Pipeline jobs").First.WaitForAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Overview" }).WaitForAsync();

        faults.ShouldBeEmpty();

        async Task OpenAsync(string path, string name)
        {
            IResponse? response = await page.GotoAsync(path);
            response!.Status.ShouldBe(200, path);
            await PictureAsync(name);
        }

        async Task PictureAsync(string name)
        {
            if (Environment.GetEnvironmentVariable("PIPELINE_SCREENSHOTS") is { Length: > 0 } folder)
                await page.ScreenshotAsync(new()
                {
                    Path = Path.Combine(folder, $"{name}-{scheme.ToString().ToLowerInvariant()}.png"),
                    FullPage = true
                });
        }
    }
}
