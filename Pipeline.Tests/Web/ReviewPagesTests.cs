using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Versions;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Tests.Jobs.Dataset.Files;
using Pipeline.Web.Hosting;
using Dataset = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Tests.Web;

/// <summary>What people do with documents and rows, in a real browser over a real extraction of a sample.</summary>
public sealed class ReviewPagesTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_document_is_leafed_through_and_each_of_its_blocks_leads_to_the_rows_it_taught()
    {
        await using Chromium chromium = await Chromium.LaunchAsync();
        await using TestWebServer server = await StartAsync();
        (Guid run, Guid document, Guid dataset) = await SeedAsync(server);
        await using IBrowserContext context = await NewAsync(chromium, server);
        (IPage page, List<string> faults) = await OpenAsync(context, $"/runs/{run}");

        await page.GetByRole(AriaRole.Link, new() { Name = "calorimeter.pdf" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Page 1 of 3" }).WaitForAsync();
        await page.Locator(".raster img").EvaluateAsync("image => image.decode()");
        await page.Keyboard.PressAsync("j");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Page 2 of 3" }).WaitForAsync();

        // A box and its text light up together, whichever is pointed at.
        ILocator box = page.Locator("svg a.box").Nth(3);
        string block = (await box.GetAttributeAsync("data-block"))!;
        await box.HoverAsync(new() { Force = true });
        await page.Locator($".read .block.lit[data-block='{block}']").WaitForAsync();

        await page.Locator("#rows summary").First.ClickAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "What lies on page 2?" }).ClickAsync();
        await page.WaitForURLAsync($"**/datasets/{dataset}?row=*");
        await page.Locator(".example .says").GetByText("The second page.").WaitForAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "calorimeter.pdf, page 2" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Page 2 of 3" }).WaitForAsync();
        page.Url.ShouldContain($"/runs/{run}/documents/{document}?number=2#");

        // Other pages of the same document, and what is not there.
        await page.Locator("#number").FillAsync("3");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Page 3 of 3" }).WaitForAsync();
        faults.ShouldBeEmpty();
        (await page.GotoAsync($"/runs/{run}/documents/{Guid.NewGuid()}"))!.Status.ShouldBe(404);
        await page.GetByRole(AriaRole.Heading, new() { Name = "No such document" }).WaitForAsync();
        (await page.GotoAsync("/nothing/here"))!.Status.ShouldBe(404);
        await page.GetByRole(AriaRole.Heading, new() { Name = "No such page" }).WaitForAsync();
    }

    [Fact]
    public async Task Figures_are_shown_with_their_captions_and_those_that_want_a_look_are_found()
    {
        await using Chromium chromium = await Chromium.LaunchAsync();
        await using TestWebServer server = await StartAsync();
        (Guid run, Guid document, _) = await SeedAsync(server);
        using (JsonDocument all = await FiguresAsync(""))
        {
            string[] images =
                [.. all.RootElement.GetProperty("figures").EnumerateArray().Select(f => f.GetProperty("sha256").GetString()!)];
            images.Length.ShouldBe(3);
            await using PipelineDbContext db = await server.Services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
                .CreateDbContextAsync(Stop);
            await db.Captions.ExecuteDeleteAsync(Stop);
            db.Add(new Caption(images[0], "model", "prompt", "A chart.", 1, DateTimeOffset.UtcNow.AddMinutes(-1)));
            db.Add(new Caption(images[0], "other", "prompt", "The same words for two pictures.", 1, DateTimeOffset.UtcNow));
            db.Add(new Caption(images[1], "model", "prompt", "The same words for two pictures.", 1, DateTimeOffset.UtcNow));
            await db.SaveChangesAsync(Stop);
        }
        (await IdsAsync("?only=missing")).ShouldBe(["figure-3"]);
        (await IdsAsync("?only=repeated")).ShouldBe(["figure-1", "figure-2"]);
        (await IdsAsync("?only=short")).ShouldBeEmpty();            // the later caption is the one that counts
        (await IdsAsync("?limit=1&offset=1")).ShouldBe(["figure-2"]);
        (await server.GetAsync($"/api/runs/{run}/figures?only=ugly")).StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest);
        (await server.GetAsync($"/api/runs/{Guid.NewGuid()}/figures")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);

        await using IBrowserContext context = await NewAsync(chromium, server);
        (IPage page, List<string> faults) = await OpenAsync(context, $"/runs/{run}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Figures" }).ClickAsync();
        await page.GetByText("The same words for two pictures.").First.WaitForAsync();
        await page.Locator(".figures img").First.EvaluateAsync("image => image.decode()");
        await page.Locator("figcaption").GetByRole(AriaRole.Link, new() { Name = "calorimeter.pdf, figure-2" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Page 2 of 3" }).WaitForAsync();
        page.Url.ShouldContain($"/documents/{document}?number=2#");
        faults.ShouldBeEmpty();

        async Task<JsonDocument> FiguresAsync(string query) =>
            JsonDocument.Parse(await server.Client.GetStringAsync($"/api/runs/{run}/figures{query}", Stop));

        async Task<string[]> IdsAsync(string query)
        {
            using JsonDocument found = await FiguresAsync(query);
            return [.. found.RootElement.GetProperty("figures").EnumerateArray().Select(f => f.GetProperty("id").GetString()!)];
        }
    }

    [Fact]
    public async Task An_answer_leads_to_the_most_similar_rows_that_its_adapter_was_taught()
    {
        await using TestWebServer server = await StartAsync();
        (Guid run, Guid document, Guid dataset) = await SeedAsync(server);
        string name = $"guide-{run:N}";
        await using (PipelineDbContext db = await server.Services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(Stop))
        {
            Training training = new()
            {
                RunId = run,
                CacheKey = name,
                BaseModel = "starter/phi4-starter",
                CreatedAt = DateTimeOffset.UtcNow,
            };
            db.Add(training);
            await db.SaveChangesAsync(Stop);
            db.Add(new Adapter(name, run, training.Id, "starter/phi4-starter", database.Folder, "phi4_mini", DateTimeOffset.UtcNow));
            await db.SaveChangesAsync(Stop);
        }
        JsonElement[] found = await SourcesAsync("tell me, what LIES on the page & ('2')?");
        found[0].GetProperty("question").GetString().ShouldBe("What lies on page 2?");
        found[0].GetProperty("page_url").GetString()!.ShouldStartWith($"/runs/{run}/documents/{document}?number=2#");
        found[0].GetProperty("row_url").GetString()!.ShouldStartWith($"/datasets/{dataset}?row=");
        (await SourcesAsync("completely different")).ShouldBeEmpty();
        (await SourcesAsync("")).ShouldBeEmpty();
        (await SourcesAsync("' | ! & <-> :* \0")).ShouldBeEmpty();
        (await server.GetAsync("/api/adapters/none/sources?text=x")).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);

        async Task<JsonElement[]> SourcesAsync(string text)
        {
            using JsonDocument answer = JsonDocument.Parse(await server.Client.GetStringAsync(
                $"/api/adapters/{name}/sources?text={Uri.EscapeDataString(text)}", Stop));
            return [.. answer.RootElement.Clone().EnumerateArray()];
        }
    }

    [Fact]
    public async Task Rows_are_reviewed_by_keyboard_and_the_closed_draft_is_a_version_with_its_difference()
    {
        await using Chromium chromium = await Chromium.LaunchAsync();
        await using TestWebServer server = await StartAsync();
        (_, _, Guid dataset) = await SeedAsync(server);
        await using IBrowserContext context = await NewAsync(chromium, server);
        (IPage page, List<string> faults) = await OpenAsync(context, $"/datasets/{dataset}");

        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("r");
        await page.Locator("[data-count=reject]").GetByText("1").WaitForAsync();
        await page.Keyboard.PressAsync("a");                                    // rejecting went on to the next
        await page.Locator("[data-count=accept]").GetByText("1").WaitForAsync();
        await page.Keyboard.PressAsync("e");
        await page.Locator(".editor:visible textarea[name=answer]").FillAsync("As <b>it</b> should be.");
        await page.Keyboard.PressAsync("Control+Enter");
        await page.GetByText("As <b>it</b> should be.").First.WaitForAsync();    // text, not markup
        await page.Locator("[data-count=edit]").GetByText("1").WaitForAsync();

        // Nothing is lost on reload, and a decision can be taken back.
        await page.ReloadAsync();
        (await page.Locator("[data-count=edit]").TextContentAsync()).ShouldBe("1");
        await page.GetByText("As <b>it</b> should be.").First.WaitForAsync();
        await page.Locator(".example[data-decision=accept] [data-decide=undo]").ClickAsync();
        await page.Locator("[data-count=accept]").GetByText("0").WaitForAsync();

        page.Dialog += (_, dialog) => _ = dialog.AcceptAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a version" }).ClickAsync();
        await page.WaitForURLAsync("**/changes?other=*");
        await page.GetByText("changed by").WaitForAsync();
        (await page.Locator("article .badge").AllTextContentsAsync()).ShouldBe(["removed", "changed"], ignoreOrder: true);

        await page.GotoAsync($"/datasets/{dataset}?state=lost");
        await page.GetByText("found 'lost'; expected one of").WaitForAsync();
        faults.RemoveAll(fault => fault.Contains("400", StringComparison.Ordinal));
        faults.ShouldBeEmpty();
    }

    [Fact]
    public async Task With_a_token_a_browser_signs_in_by_the_form_works_and_signs_out()
    {
        await using Chromium chromium = await Chromium.LaunchAsync();
        await using TestWebServer server = await StartAsync("correct-horse-battery");
        await using IBrowserContext context = await NewAsync(chromium, server, "es-MX");
        (IPage page, _) = await OpenAsync(context, "/runs?from=3");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Entrar" }).WaitForAsync();
        await page.GetByLabel("Token de acceso").FillAsync("wrong");
        await page.Keyboard.PressAsync("Enter");
        await page.GetByText("Ese no es el token de este servidor.").WaitForAsync();
        await page.GetByLabel("Token de acceso").FillAsync("correct-horse-battery");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync("**/runs?from=3");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Ejecuciones" }).WaitForAsync();

        // Requests that change something are ours: a folder that is not allowed is refused for what it is.
        await page.Locator("#folder").FillAsync("/etc");
        await page.Locator("#start-folder button[type=submit]").ClickAsync();
        await page.GetByText("is outside the folders that this server may read").WaitForAsync();

        await page.GetByRole(AriaRole.Link, new() { Name = "English" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Runs", Exact = true }).WaitForAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" }).WaitForAsync();
        await page.GotoAsync("/datasets");
        await page.GetByRole(AriaRole.Heading, new() { Name = "Sign in" }).WaitForAsync();
    }

    private Task<TestWebServer> StartAsync(string? token = null) =>
        TestWebServer.StartAsync(database, ServerRole.Web, token, ("Serving:VisionModel", "/nowhere"));

    private static Task<IBrowserContext> NewAsync(Chromium chromium, TestWebServer server, string locale = "en-GB") =>
        chromium.Browser.NewContextAsync(new BrowserNewContextOptions { BaseURL = server.Address.ToString(), Locale = locale });

    private static async Task<(IPage Page, List<string> Faults)> OpenAsync(IBrowserContext context, string path)
    {
        IPage page = await context.NewPageAsync();
        page.SetDefaultTimeout((float)Eventually.HangLimit.TotalMilliseconds);
        List<string> faults = new();
        page.Console += (_, message) =>
        {
            if (message.Type == "error") faults.Add($"{page.Url}: {message.Text}");
        };
        page.PageError += (_, error) => faults.Add($"{page.Url}: {error}");
        await page.GotoAsync(path);
        return (page, faults);
    }

    // A run over a sample that was really extracted, with three rows, one of which comes from its second page.
    private async Task<(Guid Run, Guid Document, Guid Dataset)> SeedAsync(TestWebServer server)
    {
        using TemporaryFolder folder = new();
        string pdf = Path.Combine(RepositoryRoot.Path, "samples", "calorimeter-manual.pdf");
        using DocumentExtractor extractor = new();
        ExtractionResult extracted = await extractor.ExtractAsync(pdf, folder.File("read"), new ExtractionOptions { RasterDpi = 50 }, Stop);
        IArtifactStore artifacts = database.Storage.Artifacts;
        SortedDictionary<string, StoredArtifact> files = await artifacts.StoreFolderAsync(folder.File("read"), _ => true, Stop);
        await using FileStream original = File.OpenRead(pdf);
        StoredArtifact stored = await artifacts.PutAsync(original, Stop);
        string block = extracted.Document.Blocks.First(b => b is { Page: 2, Kind: BlockKind.Paragraph }).Id;
        Row[] rows =
        [
            Sourced(TestRows.Question("What lies on page 2?", "The second page.", fact: "two"), stored.Sha256, block),
            TestRows.Question("And elsewhere?", "Nothing.", fact: "elsewhere"),
            TestRows.Question("How should it be?", "Otherwise.", fact: "be"),
        ];
        await DatasetFolder.WriteAsync(folder.File("rows"), rows, new Funnel(), new DatasetWriteOptions(), Stop);
        SortedDictionary<string, StoredArtifact> written = await artifacts.StoreFolderAsync(folder.File("rows"), _ => true, Stop);

        await using PipelineDbContext db = await server.Services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(Stop);
        await db.RegisterArtifactsAsync([stored, .. written.Values, .. files.Values], Stop);
        Run run = new("guide", "/data/guide", "{}", DateTimeOffset.UtcNow);
        db.Add(run);
        if (!await db.Documents.AnyAsync(d => d.Sha256 == stored.Sha256, Stop))
            db.Add(new Document(stored.Sha256, "calorimeter.pdf", stored.Bytes, DateTimeOffset.UtcNow));
        Extraction? known = await db.Extractions.FirstOrDefaultAsync(e => e.DocumentSha256 == stored.Sha256, Stop);
        Extraction extraction = known ?? new(stored.Sha256, "1", "test", new(files.Hashes()), 3, 3, [], DateTimeOffset.UtcNow);
        if (known is null) db.Add(extraction);
        Dataset dataset = new(run.Id, "guide", DatasetFolder.KeyOf(written.Hashes()), written.Hashes(), 3, 0, DateTimeOffset.UtcNow);
        db.Add(dataset);
        await db.SaveChangesAsync(Stop);
        RunDocument document = new(run.Id, "calorimeter.pdf", stored.Sha256) { ExtractionId = extraction.Id };
        db.Add(document);
        db.AddRange(ExampleRows.Of(dataset.Id, rows));
        await db.SaveChangesAsync(Stop);
        await db.Database.ExecuteSqlAsync($"UPDATE runs SET dataset_id = {dataset.Id}, state = 'Succeeded' WHERE id = {run.Id}", Stop);
        return (run.Id, document.Id, dataset.Id);
    }

    private static Row Sourced(Row row, string sha256, string block) =>
        row with { Sources = [new SourceSpan(sha256, "calorimeter.pdf", 2, block, 0, 10)] };
}
