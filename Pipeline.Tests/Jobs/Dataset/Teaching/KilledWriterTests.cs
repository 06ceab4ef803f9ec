using System.Collections.Concurrent;
using Npgsql;
using Pipeline.Jobs;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Runs.Results;

namespace Pipeline.Tests.Jobs.Dataset.Teaching;

public sealed class KilledWriterTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_whose_worker_is_killed_in_each_stage_of_the_dataset_makes_the_same_and_pays_no_finished_call_twice()
    {
        IReadOnlyList<PlantedFact> planted = PlantedFact.Invent(16);
        using TemporaryFolder folder = new();
        TeachingDocuments.Write(folder.File("in"), planted, 8);
        RunOptions options = TeachingDocuments.Options("killed") with
        {
            Dataset = new() { Writing = new() { Endpoint = "local", VerifyByModel = true } },
        };
        await File.WriteAllTextAsync(folder.File("run.json"), RunOptionsJson.Write(options), Stop);
        await using StandInEndpoint server = await StandInEndpoint.StartAsync(planted);
        ConcurrentDictionary<StandInCall, bool> held = new();
        int lost = 0;
        string purpose = "";
        TaskCompletionSource killed = new();
        // Of the calls of the stage in which the worker dies the first ones are answered, the others are under way.
        server.Before = call =>
        {
            if (call.Purpose != purpose || server.Calls.Count(c => c.Purpose == call.Purpose) < 2) return Task.CompletedTask;
            held[call] = true;
            return killed.Task;
        };

        await WithLockAsync("dataset_chunks", async waits => await KillAsync(folder, server, waits));          // in Clean
        foreach (string stage in (string[])["facts", "rewrite", "verify"])
        {
            (purpose, killed) = (stage, new TaskCompletionSource());
            await KillAsync(folder, server, async () => !held.IsEmpty && await StoredAsync() == server.Calls.Count - lost - held.Count);
            int under = held.Count;
            under.ShouldBeGreaterThan(0);
            // Chunks that are ahead of others may have sent a call of the next stage in the moment before the kill.
            lost = server.Calls.Count - (int)await StoredAsync();
            lost.ShouldBeGreaterThanOrEqualTo(under);
            purpose = "";
            held.Clear();
            killed.SetResult();
        }
        await WithLockAsync("artifacts", async waits => await KillAsync(folder, server, waits));               // in Filter
        await WithLockAsync("dataset_examples", async waits => await KillAsync(folder, server, waits));        // in Dataset
        await KillAsync(folder, server, () => ExistsAsync("SELECT count(*) FROM runs WHERE dataset_id IS NOT NULL"));

        (await database.ScalarAsync<long>("SELECT count(*) FROM runs")).ShouldBe(1);
        foreach (string stage in (string[])["Clean", "Filter", "Dataset"])
            (await database.ScalarAsync<int>($"SELECT attempt FROM stage_items WHERE stage = '{stage}'")).ShouldBe(2, stage);
        foreach (string stage in (string[])["Facts", "Rows", "Verify"])
            (await database.ScalarAsync<int>($"SELECT max(attempt) FROM stage_items WHERE stage = '{stage}'")).ShouldBe(2, stage);
        server.Calls.Select(c => c.Body).Distinct().Count().ShouldBe((int)await StoredAsync());
        server.Calls.Count.ShouldBe((int)await StoredAsync() + lost);

        await using PostgresDatabase other = new(database.Server);
        await other.InitializeAsync();
        await using PipelineFixture undisturbed = await PipelineFixture.StartTeachingAsync(other, new RoteLearner(), null,
            server.Settings("local"));
        RunSummary run = await TeachingDocuments.FinishedAsync(undisturbed, folder.File("in"), options);
        DatasetEntry expected = await TeachingDocuments.DatasetOf(undisturbed, run);
        string[] lines = (await database.ScalarAsync<string>(
            "SELECT string_agg(key || ' ' || value, E'\\n' ORDER BY key) FROM datasets, jsonb_each_text(files)")).Split('\n');
        // Only what the calls cost differs: after a kill some come from the cache.
        lines.Where(IsSame).ShouldBe(expected.Files.Select(f => $"{f.Key} {f.Value}").Where(IsSame).Order(StringComparer.Ordinal));
        (await database.ScalarAsync<string>("SELECT content_key FROM datasets")).ShouldBe(expected.ContentKey);

        static bool IsSame(string line) => !line.StartsWith(DatasetFolder.FunnelFile, StringComparison.Ordinal);
    }

    /// <summary>Holds a table back from whoever wants to write to it, which happens at the end of a stage.</summary>
    private async Task WithLockAsync(string table, Func<Func<Task<bool>>, Task> task)
    {
        await using NpgsqlConnection connection = new(database.ConnectionString);
        await connection.OpenAsync(Stop);
        await using NpgsqlTransaction transaction = await connection.BeginTransactionAsync(Stop);
        await using (NpgsqlCommand command = new($"LOCK TABLE {table} IN SHARE MODE", connection, transaction))
            await command.ExecuteNonQueryAsync(Stop);
        await task(() => ExistsAsync(
            $"SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = '{table}'::regclass"));
    }

    /// <summary>Runs the command until something is so, and kills it.</summary>
    private async Task KillAsync(TemporaryFolder folder, StandInEndpoint server, Func<Task<bool>> until)
    {
        // The lease is long, so that slowness takes no item from a living worker; only this ends that of the one killed before.
        await database.ScalarAsync<long>(
            "WITH ended AS (UPDATE stage_items SET lease_until = now() WHERE state = 'Running' RETURNING 1) SELECT count(*) FROM ended");
        using HostProcess process = HostProcess.StartWith(
            [("ConnectionStrings:Pipeline", database.ConnectionString), ("Leases:Seconds", "600"), ("Leases:HeartbeatSeconds", "0.5"),
                ("Worker:SweepSeconds", "0.3"), .. server.Settings("local", ("Timeout", "600"))],
            "run", folder.File("in"), "--config", folder.File("run.json"), "--data", database.Folder, "--json");
        await Eventually.TrueAsync(async () =>
        {
            if (process.HasExited)
                throw new InvalidOperationException($"the process ended by itself: {await process.EndAsync()}");
            return await until();
        }, "the moment to kill");
        await process.KillAsync();
    }

    private Task<long> StoredAsync() => database.ScalarAsync<long>("SELECT count(*) FROM model_calls");

    private async Task<bool> ExistsAsync(string count) => await database.ScalarAsync<long>(count) > 0;
}
