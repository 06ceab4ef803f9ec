using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Tests.Web;

public sealed class IngestApiTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static readonly byte[] Pdf = "%PDF-1.4\n%%EOF\n"u8.ToArray();

    [Fact]
    public async Task A_folder_below_an_allowed_root_is_accepted_with_the_address_of_its_run()
    {
        using TemporaryFolder root = new();
        string folder = Directory.CreateDirectory(root.File("papers")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "a.pdf"), Pdf, TestContext.Current.CancellationToken);
        await using TestWebServer server = await TestWebServer.StartAsync(database, settings: ("Ingest:Roots:0", root.Path));

        using HttpResponseMessage accepted = await server.PostJsonAsync("/api/ingest/folder",
            JsonSerializer.Serialize(new { folder, options = new { name = "papers" } }));
        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        using HttpResponseMessage run = await server.GetAsync(accepted.Headers.Location!.ToString());
        JsonElement details = await JsonAsync(run);
        details.GetProperty("summary").GetProperty("name").GetString().ShouldBe("papers");
        details.GetProperty("summary").GetProperty("state").GetString().ShouldBe("pending");
        JsonElement list = await JsonAsync(await server.GetAsync("/api/runs"));
        list.EnumerateArray().ShouldContain(r => r.GetProperty("name").GetString() == "papers");
    }

    [Fact]
    public async Task A_folder_outside_the_allowed_roots_is_refused_however_it_is_written()
    {
        using TemporaryFolder root = new();
        using TemporaryFolder secret = new();
        await File.WriteAllBytesAsync(secret.File("a.pdf"), Pdf, TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(root.File("link"), secret.Path);
        await using TestWebServer server = await TestWebServer.StartAsync(database, settings: ("Ingest:Roots:0", root.Path));

        string sibling = root.Path + "-sibling";
        foreach (string folder in new[] { secret.Path, root.File("link"), Path.Combine(root.Path, "..", Path.GetFileName(secret.Path)),
            sibling, "/" })
        {
            using HttpResponseMessage refused = await server.PostJsonAsync("/api/ingest/folder", JsonSerializer.Serialize(new { folder }));
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest, folder);
            (await JsonAsync(refused)).GetProperty("detail").GetString()!.ShouldContain("is outside the folders that this server may read");
        }
        using HttpResponseMessage schedule = await server.PostJsonAsync(
            "/api/schedules", JsonSerializer.Serialize(new { name = "s", cron = "0 3 * * *", folder = secret.Path }));
        schedule.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Unknown_settings_are_refused_by_name()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        using HttpResponseMessage refused = await server.PostJsonAsync("/api/ingest/folder",
            """{"folder":"samples","options":{"colour":"blue"}}""");
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonAsync(refused)).GetProperty("detail").GetString()!.ShouldContain("colour");
    }

    [Fact]
    public async Task All_faults_of_a_request_are_listed_by_setting_and_nothing_is_stored()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        long before = await database.ScalarAsync<long>("SELECT count(*) FROM runs");
        foreach (HttpResponseMessage refused in new[]
        {
            await server.PostJsonAsync("/api/ingest/folder", $$"""{"folder":"samples","options":{{BadOptions}}}"""),
            await server.Client.PostAsync("/api/ingest", new MultipartFormDataContent
            {
                { new StringContent(BadOptions), "options" },
                { new ByteArrayContent(Pdf), "files", "a.pdf" },
            }, TestContext.Current.CancellationToken),
        })
        {
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
            JsonElement problem = await JsonAsync(refused);
            JsonElement errors = problem.GetProperty("errors");
            errors.EnumerateObject().Select(setting => setting.Name).ShouldBe(
                ["colour", "extraction.max_pages", "dataset.eval_fraction", "training.lora_rnk", "training.learning_rate", "base_model"],
                ignoreOrder: true);
            errors.GetProperty("extraction.max_pages")[0].GetString().ShouldBe("expected a whole number, found the text 'all'");
            errors.GetProperty("base_model")[0].GetString().ShouldNotBeNull().ShouldStartWith("/nowhere: no such model folder");
            foreach (JsonProperty setting in errors.EnumerateObject())
                problem.GetProperty("detail").GetString().ShouldNotBeNull()
                    .ShouldContain($"{setting.Name}: {setting.Value[0].GetString()}");
            refused.Dispose();
        }
        (await database.ScalarAsync<long>("SELECT count(*) FROM runs")).ShouldBe(before);
    }

    private const string BadOptions = """
        {"colour":"blue","base_model":"/nowhere","extraction":{"max_pages":"all"},"dataset":{"eval_fraction":0.9},"training":{"lora_rnk":4,"learning_rate":"fast"}}
        """;

    [Fact]
    public async Task Uploaded_PDFs_and_zips_start_one_run()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        using MultipartFormDataContent form = new()
        {
            { new StringContent("""{"name":"uploaded"}"""), "options" },
            { new ByteArrayContent(Pdf), "files", "one.pdf" },
            { new ByteArrayContent(Zip("two.pdf", "deep/three.pdf", "notes.txt")), "files", "more.zip" },
        };
        using HttpResponseMessage accepted = await server.SendAsync(HttpMethod.Post, "/api/ingest", form);
        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        JsonElement documents = await JsonAsync(await server.GetAsync(accepted.Headers.Location + "/documents"));
        documents.EnumerateArray().Select(d => d.GetProperty("path").GetString()).Order().ShouldBe(["one.pdf", "three.pdf", "two.pdf"]);
    }

    [Fact]
    public async Task Names_inside_a_zip_cannot_leave_the_store()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        using MultipartFormDataContent form = new()
        {
            { new ByteArrayContent(Zip("../../../../tmp/slipped-out.pdf", "/etc/slipped-out.pdf", "..\\slipped-out.pdf")), "files",
                "slip.zip" },
        };
        using HttpResponseMessage accepted = await server.SendAsync(HttpMethod.Post, "/api/ingest", form);
        accepted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        JsonElement documents = await JsonAsync(await server.GetAsync(accepted.Headers.Location + "/documents"));
        foreach (JsonElement document in documents.EnumerateArray())
            document.GetProperty("path").GetString()!.ShouldNotContain("..");
        File.Exists("/tmp/slipped-out.pdf").ShouldBeFalse();
        File.Exists("/etc/slipped-out.pdf").ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_not_a_PDF_or_zip_and_what_is_too_large_is_refused()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database, settings: ("Uploads:MaxIngestBytes", "100000"));
        using MultipartFormDataContent wrong = new() { { new ByteArrayContent(Pdf), "files", "run.sh" } };
        using HttpResponseMessage refused = await server.SendAsync(HttpMethod.Post, "/api/ingest", wrong);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonAsync(refused)).GetProperty("detail").GetString().ShouldBe("run.sh: expected a .pdf or .zip file");

        using MultipartFormDataContent large = new() { { new ByteArrayContent(new byte[200_000]), "files", "large.pdf" } };
        (await server.SendAsync(HttpMethod.Post, "/api/ingest", large)).StatusCode.ShouldBe(HttpStatusCode.RequestEntityTooLarge);

        using MultipartFormDataContent empty = new() { { new StringContent("{}"), "options" } };
        (await server.SendAsync(HttpMethod.Post, "/api/ingest", empty)).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await server.SendAsync(HttpMethod.Post, "/api/ingest",
            new StringContent("x"))).StatusCode.ShouldBe(HttpStatusCode.UnsupportedMediaType);
    }

    [Fact]
    public async Task A_run_can_be_canceled_once_and_its_events_end()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        using MultipartFormDataContent form = new() { { new ByteArrayContent(Pdf), "files", "one.pdf" } };
        using HttpResponseMessage accepted = await server.SendAsync(HttpMethod.Post, "/api/ingest", form);
        string run = accepted.Headers.Location!.ToString();

        (await server.SendAsync(HttpMethod.Post, run + "/cancel")).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await server.SendAsync(HttpMethod.Post, run + "/cancel")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        using HttpResponseMessage events = await server.GetAsync(run + "/events");
        events.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        string text = await events.Content.ReadAsStringAsync(TestContext.Current.CancellationToken); // ends because the run has ended
        text.ShouldStartWith("event: run\ndata: {");
        text.ShouldContain("""
            "state":"canceled"
            """.Trim());
        text.TrimEnd().ShouldEndWith("event: end\ndata:");
    }

    [Fact]
    public async Task What_does_not_exist_is_404()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        string id = Guid.NewGuid().ToString();
        foreach (string path in new[] { $"/api/runs/{id}", $"/api/runs/{id}/items", $"/api/runs/{id}/logs", $"/api/runs/{id}/events",
            "/api/adapters/none/download", "/api/schedules/none" })
            (await server.GetAsync(path)).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        (await server.SendAsync(HttpMethod.Delete, "/api/schedules/none")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_schedule_is_made_changed_listed_and_removed()
    {
        using TemporaryFolder root = new();
        await File.WriteAllBytesAsync(root.File("a.pdf"), Pdf, TestContext.Current.CancellationToken);
        await using TestWebServer server = await TestWebServer.StartAsync(database, settings: ("Ingest:Roots:0", root.Path));
        using HttpResponseMessage made = await server.PostJsonAsync(
            "/api/schedules", JsonSerializer.Serialize(new
            {
                name = "nightly",
                cron = "0 3 * * *",
                folder = root.Path,
                time_zone = "Europe/Madrid"
            }));
        made.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await JsonAsync(made)).GetProperty("next_at").GetDateTimeOffset().ShouldBeGreaterThan(DateTimeOffset.UtcNow);

        // What the API gives can be sent back.
        JsonElement given = await JsonAsync(await server.GetAsync("/api/schedules/nightly"));
        using HttpResponseMessage changed = await server.SendAsync(HttpMethod.Put, "/api/schedules/nightly", new StringContent(
            JsonSerializer.Serialize(new { cron = "30 4 * * *", folder = root.Path, options = given.GetProperty("options") }),
            new MediaTypeHeaderValue("application/json")));
        changed.StatusCode.ShouldBe(HttpStatusCode.OK, await changed.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        using HttpResponseMessage bad = await server.PostJsonAsync(
            "/api/schedules", JsonSerializer.Serialize(new { name = "bad", cron = "tomorrow", folder = root.Path }));
        bad.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await JsonAsync(bad)).GetProperty("detail").GetString()!.ShouldStartWith("cron: 'tomorrow'");

        using HttpResponseMessage started = await server.SendAsync(HttpMethod.Post, "/api/schedules/nightly/run");
        started.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        // its run still works
        (await server.SendAsync(HttpMethod.Post, "/api/schedules/nightly/run")).StatusCode.ShouldBe(HttpStatusCode.Conflict);

        (await server.SendAsync(HttpMethod.Delete, "/api/schedules/nightly")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await JsonAsync(await server.GetAsync("/api/schedules"))).GetArrayLength().ShouldBe(0);
        await using PipelineDbContext db = await server.Services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(TestContext.Current.CancellationToken);
        (await db.Runs.CountAsync(r => r.State == RunState.Pending && r.SourceFolder == root.Path, TestContext.Current.CancellationToken))
            .ShouldBe(1);
    }

    private static byte[] Zip(params string[] names)
    {
        using MemoryStream bytes = new();
        using (ZipArchive zip = new(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (string name in names)
            {
                using Stream entry = zip.CreateEntry(name).Open();
                entry.Write(Pdf);
                entry.Write(System.Text.Encoding.UTF8.GetBytes(name)); // so that no two are the same document
            }
        }
        return bytes.ToArray();
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).RootElement;
}
