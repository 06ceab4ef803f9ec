using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;

namespace Pipeline.Tests.Web;

/// <summary>What is older than all that a list holds is found all the same, and lists do not ask once per row.</summary>
public sealed class ManyRowsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private const int More = 1_005;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_oldest_of_many_datasets_can_be_fetched_and_listed()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        StoredArtifact stored = await database.Storage.Artifacts.PutAsync(new MemoryStream("one row"u8.ToArray()), Stop);
        DateTimeOffset start = DateTimeOffset.UtcNow.AddDays(-1);
        Dataset[] datasets = [.. Enumerable.Range(0, More)
            .Select(i =>
                new Dataset(null, $"set {i}", new string('0', 64), new() { ["train.jsonl"] = stored.Sha256 }, 1, 0, start.AddSeconds(i)))];
        await using (PipelineDbContext db = await ContextAsync(server))
        {
            db.AddRange(datasets);
            await db.SaveChangesAsync(Stop);
        }
        using HttpResponseMessage file = await server.GetAsync($"/api/datasets/{datasets[0].Id}/files/train.jsonl");
        file.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await file.Content.ReadAsStringAsync(Stop)).ShouldBe("one row");
        (await server.GetAsync($"/api/datasets/{datasets[0].Id}/files/test.jsonl")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await server.GetAsync($"/api/datasets/{Guid.NewGuid()}/files/train.jsonl")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        JsonElement last = await JsonAsync(await server.GetAsync($"/api/datasets?limit=1000&offset={More - 2}"));
        last.EnumerateArray().Select(d => d.GetProperty("name").GetString()).ShouldBe(["set 1", "set 0"]);
    }

    [Fact]
    public async Task The_oldest_of_many_runs_can_be_fetched_and_listed()
    {
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        DateTimeOffset start = DateTimeOffset.UtcNow.AddDays(-1);
        Run[] runs = [.. Enumerable.Range(0, More).Select(i => new Run($"run {i}", null, "{}", start.AddSeconds(i)))];
        await using (PipelineDbContext db = await ContextAsync(server))
        {
            db.AddRange(runs);
            await db.SaveChangesAsync(Stop);
        }
        JsonElement oldest = await JsonAsync(await server.GetAsync($"/api/runs/{runs[0].Id}"));
        oldest.GetProperty("summary").GetProperty("name").GetString().ShouldBe("run 0");
        JsonElement last = await JsonAsync(await server.GetAsync($"/api/runs?limit=2&offset={More - 2}"));
        last.EnumerateArray().Select(run => run.GetProperty("name").GetString()).ShouldBe(["run 1", "run 0"]);
    }

    [Fact]
    public async Task Many_schedules_are_listed_with_as_few_queries_as_one_and_each_is_found_by_its_name()
    {
        // Before the first query: a context remembers for a second that nobody listens, and contexts are pooled.
        using QueryCounter queries = new(new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!);
        await using TestWebServer server = await TestWebServer.StartAsync(database);
        DateTimeOffset start = DateTimeOffset.UtcNow.AddDays(-1);
        await using (PipelineDbContext db = await ContextAsync(server))
        {
            for (int i = 0; i < More; i++)
            {
                Schedule schedule = new($"nightly {i:D4}", start.AddSeconds(i));
                schedule.Change("0 3 * * *", "UTC", "/data", "{}", enabled: true);
                db.Add(schedule);
            }
            await db.SaveChangesAsync(Stop);
        }
        JsonElement one = await JsonAsync(await server.GetAsync("/api/schedules/nightly%200000"));
        one.GetProperty("served_name").GetString().ShouldBe("nightly-0000");
        (await server.GetAsync("/api/schedules/nightly")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        queries.Clear();
        JsonElement all = await JsonAsync(await server.GetAsync("/api/schedules"));
        all.GetArrayLength().ShouldBe(More);
        all[More - 1].GetProperty("served_name").GetString().ShouldBe($"nightly-{More - 1:D4}");
        queries.Of("schedules").ShouldBe(1);
        queries.Of("adapters").ShouldBe(1);
    }

    private static async Task<PipelineDbContext> ContextAsync(TestWebServer server) =>
        await server.Services.GetRequiredService<IDbContextFactory<PipelineDbContext>>().CreateDbContextAsync(Stop);

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response)
    {
        using (response)
            return JsonDocument.Parse(await response.Content.ReadAsStreamAsync(Stop)).RootElement;
    }

    /// <summary>Counts the queries that go to one database, by the table they read.</summary>
    private sealed class QueryCounter : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly ConcurrentQueue<string> _commands = [];
        private readonly ConcurrentQueue<IDisposable> _subscriptions = [];
        private readonly string _database;

        public QueryCounter(string database)
        {
            _database = database;
            _subscriptions.Enqueue(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public void Clear() => _commands.Clear();

        public int Of(string table) => _commands.Count(command => command.Contains($"FROM {table} ", StringComparison.Ordinal));

        public void OnNext(DiagnosticListener listener)
        {
            if (listener.Name == DbLoggerCategory.Name) _subscriptions.Enqueue(listener.Subscribe(this));
        }

        public void OnNext(KeyValuePair<string, object?> told)
        {
            if (told.Key == RelationalEventId.CommandExecuted.Name && told.Value is CommandExecutedEventData { Command: { } command }
                && command.Connection?.Database == _database)
                _commands.Enqueue(command.CommandText.ReplaceLineEndings(" "));
        }

        public void OnCompleted() { }

        public void OnError(Exception error) { }

        public void Dispose()
        {
            foreach (IDisposable subscription in _subscriptions) subscription.Dispose();
        }
    }
}
