using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Jobs;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Versions;
using Pipeline.Tests.Jobs.Dataset.Files;
using Dataset = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Tests.Web;

/// <summary>Rows, drafts and versions over real HTTP and Postgres.</summary>
public sealed class DatasetsApiTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private static Row[] Rows =>
    [
        .. Enumerable.Range(0, 30).Select(i => TestRows.Question($"Question {i}?", $"Answer {i}.", fact: $"f{i}")),
        TestRows.Question("100%_sure\\?", "literally", fact: "sure"),
        TestRows.Question("100 times sure?", "no", fact: "times"),
        TestRows.Question("Held?", "yes", RowSplit.Eval, fact: "held"),
        TestRows.Question("Examined?", "The limit is 254 bytes.", RowSplit.Exam, "254 bytes", fact: "limit"),
        TestRows.Question("Wrong?", "255", fact: "wrong").Reject(Reasons.WrongNumber),
        TestRows.Text("Prose with a zero \0 in it."),
    ];

    [Fact]
    public async Task Rows_are_paged_and_filtered_and_text_is_searched_literally()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        Guid id = await SeedAsync(server);
        JsonElement page = await JsonAsync(await server.GetAsync($"/api/datasets/{id}/rows?limit=10"));
        page.GetProperty("total").GetInt32().ShouldBe(Rows.Length);
        Questions(page).ShouldBe(Enumerable.Range(0, 10).Select(i => $"Question {i}?"));
        JsonElement next = await JsonAsync(await server.GetAsync($"/api/datasets/{id}/rows?limit=10&after={page.GetProperty("next")}"));
        Questions(next).ShouldBe(Enumerable.Range(10, 10).Select(i => $"Question {i}?"));
        Questions(await RowsAsync("offset=10&limit=10")).ShouldBe(Questions(next));
        (await RowsAsync("limit=500")).GetProperty("next").ValueKind.ShouldBe(JsonValueKind.Null);

        Questions(await RowsAsync("state=rejected")).ShouldBe(["Wrong?"]);
        Questions(await RowsAsync("reason=wrong_number")).ShouldBe(["Wrong?"]);
        Questions(await RowsAsync("split=exam&type=question&language=en&document=guide.pdf&page=3")).ShouldBe(["Examined?"]);
        (await RowsAsync("type=text")).GetProperty("rows")[0].GetProperty("row").GetProperty("text").GetString()
            .ShouldBe("Prose with a zero \0 in it.");
        Questions(await RowsAsync("fact=times")).ShouldBe(["100 times sure?"]);
        Questions(await RowsAsync("search=" + Uri.EscapeDataString("100%_SURE\\"))).ShouldBe(["100%_sure\\?"]);
        Questions(await RowsAsync("search=254%20BYTES")).ShouldBe(["Examined?"]);
        (await RowsAsync("search=zero%20%00")).GetProperty("total").GetInt32().ShouldBe(1);
        Questions(await RowsAsync("language=de")).ShouldBeEmpty();

        foreach ((string query, string message) in ((string, string)[])[
            ("state=lost", "found 'lost'; expected one of kept, rejected, edited"), ("limit=501", "found 501; expected 1 to 500"),
            ("page=0", "found 0; expected 1 or more"), ("limit=x", "")])
        {
            HttpResponseMessage refused = await server.GetAsync($"/api/datasets/{id}/rows?{query}");
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest, query);
            (await refused.Content.ReadAsStringAsync(Stop)).Replace("\\u0027", "'").ShouldContain(message);
        }
        (await server.GetAsync($"/api/datasets/{Guid.NewGuid()}/rows")).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        async Task<JsonElement> RowsAsync(string query) => await JsonAsync(await server.GetAsync($"/api/datasets/{id}/rows?{query}"));
    }

    [Fact]
    public async Task Decisions_collect_in_a_draft_and_closing_it_makes_one_version()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        Guid id = await SeedAsync(server);
        Row[] rows = Rows;
        string wrong = rows.Single(row => row.State == RowState.Rejected).Hash;
        await DecideAsync(rows[0].Hash, """{"decision": "reject", "reason": "dull", "author": "Ada"}""");
        await DecideAsync(rows[0].Hash, """{"decision": "accept", "author": "Ada"}""");
        await DecideAsync(rows[0].Hash, """{"decision": "reject", "reason": "too easy", "author": "Grace"}""");
        await DecideAsync(wrong, """{"decision": "accept"}""");
        await DecideAsync(rows[1].Hash, """{"decision": "edit", "edit": {"answer": "A better one."}, "author": "Ada"}""");
        await DecideAsync(rows[2].Hash, """{"decision": "reject"}""");
        (await server.SendAsync(HttpMethod.Delete, $"/api/datasets/{id}/rows/{rows[2].Hash}/decision")).StatusCode
            .ShouldBe(HttpStatusCode.NoContent);
        (await server.SendAsync(HttpMethod.Delete, $"/api/datasets/{id}/rows/{rows[2].Hash}/decision")).StatusCode
            .ShouldBe(HttpStatusCode.NotFound);

        JsonElement draft = await JsonAsync(await server.GetAsync($"/api/datasets/{id}/draft"));
        (draft.GetProperty("accepted").GetInt32(), draft.GetProperty("rejected").GetInt32(), draft.GetProperty("edited").GetInt32())
            .ShouldBe((1, 1, 1));
        JsonElement row = await JsonAsync(await server.GetAsync($"/api/datasets/{id}/rows/{rows[0].Hash}"));
        row.GetProperty("row").GetProperty("state").GetString().ShouldBe("kept", "the dataset itself does not change");
        row.GetProperty("decision").GetProperty("author").GetString().ShouldBe("Grace", "the later decision stands");

        HttpResponseMessage closed = await server.PostJsonAsync($"/api/datasets/{id}/draft/close", """{"author": "Ada"}""");
        closed.StatusCode.ShouldBe(HttpStatusCode.Created);
        JsonElement version = await JsonAsync(closed);
        Guid made = version.GetProperty("id").GetGuid();
        closed.Headers.Location!.ToString().ShouldBe($"/api/datasets/{made}");
        (version.GetProperty("parent_id").GetGuid(), version.GetProperty("author").GetString()).ShouldBe((id, "Ada"));
        version.GetProperty("train_examples").GetInt32().ShouldBe(33);

        JsonElement diff = await JsonAsync(await server.GetAsync($"/api/datasets/{id}/diff/{made}"));
        (diff.GetProperty("added").GetInt32(), diff.GetProperty("removed").GetInt32(), diff.GetProperty("changed").GetInt32())
            .ShouldBe((1, 1, 1));
        diff.GetProperty("rows").EnumerateArray().Select(change => change.GetProperty("change").GetString())
            .ShouldBe(["removed", "changed", "added"]);
        diff.GetProperty("rows")[0].GetProperty("reason").GetString().ShouldBe("too easy");
        (await JsonAsync(await server.GetAsync($"/api/datasets/{id}/diff/{made}?change=changed"))).GetProperty("rows")[0]
            .GetProperty("after").GetProperty("messages")[1].GetProperty("content").GetString().ShouldBe("A better one.");

        JsonElement funnel = await JsonAsync(await server.GetAsync($"/api/datasets/{made}/funnel"));
        (funnel.GetProperty("documents").GetInt32(), funnel.GetProperty("rejected").GetProperty("person").GetInt32()).ShouldBe((3, 1));
        (await server.GetAsync($"/api/datasets/{made}/files/train.jsonl")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.PostJsonAsync($"/api/datasets/{id}/draft/close", "{}")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
        JsonElement one = await JsonAsync(await server.GetAsync($"/api/datasets/{made}"));
        one.GetProperty("content_key").GetString().ShouldBe(version.GetProperty("content_key").GetString());
        (await JsonAsync(await server.GetAsync($"/api/datasets/{id}/rows?state=rejected"))).GetProperty("total").GetInt32().ShouldBe(1);

        async Task DecideAsync(string hash, string decision) => (await server.PostJsonAsync($"/api/datasets/{id}/rows/{hash}/decision",
            decision)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_draft_that_several_close_at_once_makes_one_version()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        Guid id = await SeedAsync(server);
        (await server.PostJsonAsync($"/api/datasets/{id}/rows/{Rows[0].Hash}/decision", """{"decision": "reject"}"""))
            .EnsureSuccessStatusCode();
        HttpResponseMessage[] answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ =>
            server.PostJsonAsync($"/api/datasets/{id}/draft/close", "{}")));
        answers.Select(answer => answer.StatusCode).Order()
            .ShouldBe([HttpStatusCode.Created, .. Enumerable.Repeat(HttpStatusCode.Conflict, 5)]);
        (await database.ScalarAsync<long>($"SELECT count(*) FROM datasets WHERE parent_id = '{id}'")).ShouldBe(1);
        (await database.ScalarAsync<long>($"SELECT count(*) FROM dataset_decisions WHERE dataset_id = '{id}'")).ShouldBe(0);
    }

    [Fact]
    public async Task The_same_decisions_make_a_version_of_the_same_content()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        HashSet<string> keys = [];
        for (int i = 0; i < 2; i++)
        {
            Guid id = await SeedAsync(server);
            (await server.PostJsonAsync($"/api/datasets/{id}/rows/{Rows[0].Hash}/decision", """{"decision": "reject"}"""))
                .EnsureSuccessStatusCode();
            JsonElement version = await JsonAsync(await server.PostJsonAsync($"/api/datasets/{id}/draft/close", "{}"));
            keys.Add(version.GetProperty("content_key").GetString()!);
        }
        keys.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_decision_that_cannot_be_is_refused_by_field()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        Guid id = await SeedAsync(server);
        foreach ((string body, string message) in ((string, string)[])[
            ("""{"decision": "maybe"}""", "found 'maybe'; expected accept, reject, edit"),
            ("""{"decision": "edit"}""", "is missing; say what changes"),
            ("""{"decision": "edit", "edit": {"answer": " "}}""", "is empty; reject the row instead"),
            ("""{"decision": "edit", "edit": {"text": "t"}}""", "this row is a conversation, not text"),
            ("""{"decision": "edit", "edit": {"answer": "Answer 0."}}""", "leaves the row as it is"),
            ("""{"decision": "edit", "edit": {"answer": "\ud800"}}""", "edit.answer"),
            ("""{"decision": "reject", "author": ""}""", "expected 1 to 200 characters"),
            ("""{"decision": "reject", "why": "x"}""", "why"),
            ("""{"decision": "reject", "reason": "a\u0000b"}""", "none of them zero")])
        {
            HttpResponseMessage refused = await server.PostJsonAsync($"/api/datasets/{id}/rows/{Rows[0].Hash}/decision", body);
            refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest, body);
            (await refused.Content.ReadAsStringAsync(Stop)).Replace("\\u0027", "'").ShouldContain(message);
        }
        JsonElement draft = await JsonAsync(await server.GetAsync($"/api/datasets/{id}/draft"));
        draft.GetProperty("decisions").GetArrayLength().ShouldBe(0);
    }

    [Fact]
    public async Task A_draft_without_effect_makes_no_version_and_can_be_discarded()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        Guid id = await SeedAsync(server);
        (await server.PostJsonAsync($"/api/datasets/{id}/rows/{Rows[0].Hash}/decision", """{"decision": "accept"}"""))
            .EnsureSuccessStatusCode();
        HttpResponseMessage refused = await server.PostJsonAsync($"/api/datasets/{id}/draft/close", "{}");
        refused.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await refused.Content.ReadAsStringAsync(Stop)).ShouldContain("the draft changes nothing");
        (await server.SendAsync(HttpMethod.Delete, $"/api/datasets/{id}/draft")).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await JsonAsync(await server.GetAsync($"/api/datasets/{id}/draft"))).GetProperty("accepted").GetInt32().ShouldBe(0);
        (await server.GetAsync($"/api/datasets/{id}/rows/%EF%BF%BD")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await server.SendAsync(HttpMethod.Delete, $"/api/datasets/{id}/rows/%EF%BF%BD/decision")).StatusCode
            .ShouldBe(HttpStatusCode.NotFound);
        foreach (string path in (string[])["draft", "funnel", "export", "rows/x", $"diff/{id}"])
            (await server.GetAsync($"/api/datasets/{Guid.NewGuid()}/{path}")).StatusCode.ShouldBe(HttpStatusCode.NotFound, path);
        (await server.PostJsonAsync($"/api/datasets/{id}/rows/none/decision", """{"decision": "accept"}""")).StatusCode
            .ShouldBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_dataset_is_downloaded_in_every_format_and_reads_back()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        Guid id = await SeedAsync(server);
        using TemporaryFolder folder = new();
        foreach ((string format, string extension, string type) in ((string, string, string)[])[("alpaca", "jsonl", "application/jsonl"),
            ("sharegpt", "jsonl", "application/jsonl"), ("messages", "jsonl", "application/jsonl"), ("csv", "csv", "text/csv"),
            ("parquet", "parquet", "application/vnd.apache.parquet"), ("text", "txt", "text/plain")])
        {
            HttpResponseMessage answer = await server.GetAsync($"/api/datasets/{id}/export?format={format}&split=train");
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            answer.Content.Headers.ContentType!.MediaType.ShouldBe(type);
            answer.Content.Headers.ContentDisposition!.FileNameStar.ShouldBe($"guide.{extension}");
            await File.WriteAllBytesAsync(folder.File($"x.{extension}"), await answer.Content.ReadAsByteArrayAsync(Stop), Stop);
            if (format == "text")
                (await File.ReadAllTextAsync(folder.File("x.txt"), Stop)).ShouldBe("Prose with a zero \0 in it.\n");
            else
                (await DatasetImport.ReadAsync(folder.File($"x.{extension}"), new(), Stop)).Rows.Count.ShouldBe(33, format);
        }
        (await server.GetAsync($"/api/datasets/{id}/export?format=xml")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_dataset_of_an_earlier_version_has_no_rows_and_is_exported_from_its_files()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        using TemporaryFolder folder = new();
        await DatasetFolder.WriteAsync(folder.Path, Rows, new Funnel(), new DatasetWriteOptions(), Stop);
        foreach (string file in Directory.GetFiles(folder.Path))
            if (Path.GetFileName(file) is not ("train.jsonl" or "eval.jsonl" or "dataset_info.json" or "text.jsonl")) File.Delete(file);
        Guid id = await StoreAsync(server, folder.Path, [], funnel: null);
        (await JsonAsync(await server.GetAsync($"/api/datasets/{id}/rows"))).GetProperty("total").GetInt32().ShouldBe(0);
        JsonElement funnel = await JsonAsync(await server.GetAsync($"/api/datasets/{id}/funnel"));
        funnel.GetProperty("kept").GetProperty("train").GetInt32().ShouldBe(33);
        HttpResponseMessage lines = await server.GetAsync($"/api/datasets/{id}/export?format=sharegpt&split=eval");
        (await lines.Content.ReadAsStringAsync(Stop)).TrimEnd('\n')
            .ShouldBe("""{"conversations":[{"from":"human","value":"Held?"},{"from":"gpt","value":"yes"}]}""");
    }

    [Fact]
    public async Task Datasets_need_the_token_like_everything_else()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database, token: "secret-token-of-the-test");
        (await server.GetAsync($"/api/datasets/{Guid.NewGuid()}/rows")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await server.PostJsonAsync($"/api/datasets/{Guid.NewGuid()}/draft/close", "{}")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    private async Task<Guid> SeedAsync(TestWebServer server)
    {
        using TemporaryFolder folder = new();
        Funnel funnel = RowCounts.Into(new Funnel { Documents = 3 }, Rows);
        await DatasetFolder.WriteAsync(folder.Path, Rows, funnel, new DatasetWriteOptions(), Stop);
        return await StoreAsync(server, folder.Path, Rows, funnel);
    }

    private async Task<Guid> StoreAsync(TestWebServer server, string folder, Row[] rows, Funnel? funnel)
    {
        SortedDictionary<string, StoredArtifact> files = await database.Storage.Artifacts.StoreFolderAsync(folder, _ => true, Stop);
        Dataset dataset = new(null, "guide", DatasetFolder.KeyOf(files.Hashes()), files.Hashes(), 33, 1, DateTimeOffset.UtcNow)
        {
            Funnel = funnel is null ? null : RowJson.Write(funnel),
        };
        await using PipelineDbContext db = await server.Services.GetRequiredService<IDbContextFactory<PipelineDbContext>>()
            .CreateDbContextAsync(Stop);
        await db.RegisterArtifactsAsync(files.Values, Stop);
        db.Add(dataset);
        db.AddRange(ExampleRows.Of(dataset.Id, rows));
        await db.SaveChangesAsync(Stop);
        return dataset.Id;
    }

    private static IEnumerable<string?> Questions(JsonElement page) => page.GetProperty("rows").EnumerateArray()
        .Select(entry => entry.GetProperty("row").GetProperty("messages")[0].GetProperty("content").GetString()).ToList();

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        using (response)
            return JsonDocument.Parse(await response.Content.ReadAsStreamAsync(Stop)).RootElement;
    }
}
