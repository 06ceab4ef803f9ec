using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Data.Stages;
using Pipeline.Jobs;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Tools.Benchmarks;

/// <summary>
/// Measures only the orchestration: runs whose stages do nothing go through claims, outbox and queue as real ones do.
/// </summary>
internal static class QueueBenchmark
{
    private const int IdleRuns = 20, WarmUpDocuments = 500;

    /// <summary>Runs the measurement in its own storage.</summary>
    /// <param name="storage">An opened storage; its runs are left behind.</param>
    /// <param name="documents">Documents of the run that is timed.</param>
    /// <param name="workers">Items worked on at once: one of the Torch queue, the others of the document queue.</param>
    /// <param name="ct">Stops.</param>
    public static async Task<QueueMeasurement> MeasureAsync(PipelineStorage storage, int documents, int workers, CancellationToken ct)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection([KeyValuePair.Create("Worker:Cpu", (string?)Math.Max(1, workers - 1)
            .ToString(System.Globalization.CultureInfo.InvariantCulture))]);
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddPipelineData(storage).AddPipelineJobs().AddPipelineWorker();
        foreach (StageDefinition stage in builder.Services.Select(s => s.ImplementationInstance).OfType<StageDefinition>().ToArray())
            builder.Services.AddKeyedSingleton<IStageHandler, NoWork>(stage.Stage);
        using IHost host = builder.Build();
        IDbContextFactory<PipelineDbContext> contexts = host.Services.GetRequiredService<IDbContextFactory<PipelineDbContext>>();
        NpgsqlDataSource source = host.Services.GetRequiredService<NpgsqlDataSource>();
        StageGraph graph = host.Services.GetRequiredService<StageGraph>();
        await host.StartAsync(ct);
        try
        {
            // everything is compiled and connected after this
            await FinishAsync(source, await StartAsync(contexts, graph, Math.Max(WarmUpDocuments, documents), ct), ct);
            List<Guid> idle = [];
            List<double> seen = [];
            // Another process as far as Postgres knows: its own connection and listener.
            await using (NpgsqlDataSource watching = NpgsqlDataSource.Create(storage.ConnectionString))
            await using (DatabaseSignals signals = new(watching, NullLogger<DatabaseSignals>.Instance))
                for (int i = 0; i < IdleRuns; i++)
                {
                    idle.Add(await StartAsync(contexts, graph, 1, ct));
                    seen.AddRange(await FollowAsync(watching, signals, idle[^1], ct));
                }
            seen.Sort();
            double[] handOvers = await HandOversAsync(source, idle, ct);
            TimeSpan before = Environment.CpuUsage.TotalTime;
            Guid big = await StartAsync(contexts, graph, documents, ct);
            long connections = 0;
            await FinishAsync(source, big, ct, async () => connections = Math.Max(connections, await ScalarAsync<long>(
                source, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND $1 IS NOT NULL", big, ct)));
            double cpu = (Environment.CpuUsage.TotalTime - before).TotalSeconds;
            (long items, double seconds) = await ThroughputAsync(source, big, ct);
            return new QueueMeasurement(handOvers.Length, At(handOvers, 0.5), At(handOvers, 0.95), At(handOvers, 0.99), items, seconds,
                items / seconds, cpu, At([.. seen], 0.5), At([.. seen], 0.99),
                connections, PeakMebibytes());
        }
        finally
        {
            await host.StopAsync(CancellationToken.None);
        }
    }

    private static async Task<Guid> StartAsync(IDbContextFactory<PipelineDbContext> contexts, StageGraph graph, int documents,
        CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(ct);
        Run run = new("bench", null, RunOptionsJson.Write(new RunOptions()), DateTimeOffset.UtcNow);
        string sha256 = new('0', 64);
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO documents (sha256, file_name, bytes, created_at)
            VALUES ({sha256}, 'bench.pdf', 0, now()) ON CONFLICT DO NOTHING
            """, ct);
        db.RunDocuments.AddRange(Enumerable.Range(0, documents).Select(i => new RunDocument(run.Id, $"{i:D6}.pdf", sha256)));
        await db.AddRunAsync(graph, run, ct);
        await transaction.CommitAsync(ct);
        return run.Id;
    }

    private static async Task FinishAsync(NpgsqlDataSource source, Guid run, CancellationToken ct, Func<Task>? meanwhile = null)
    {
        while (await ScalarAsync<string>(source, "SELECT state FROM runs WHERE id = $1", run, ct) is var state
            && state != nameof(RunState.Succeeded))
        {
            if (state is nameof(RunState.Failed) or nameof(RunState.Canceled)) throw new InvalidOperationException($"run {run} is {state}");
            if (meanwhile is not null) await meanwhile();
            await Task.Delay(100, ct);           // its queries count as this process's work
        }
    }

    /// <summary>Milliseconds between the end of each item of a run and the moment when a follower of the run has read of it.</summary>
    private static async Task<List<double>> FollowAsync(NpgsqlDataSource source, DatabaseSignals signals, Guid run, CancellationToken ct)
    {
        HashSet<Guid> known = [];
        List<double> delays = [];
        while (true)
        {
            long version = signals.RunVersion(run);
            await using (NpgsqlCommand command = source.CreateCommand(
                "SELECT i.id, i.finished_at, r.finished_at IS NOT NULL FROM stage_items AS i JOIN runs AS r ON r.id = i.run_id WHERE r.id "
                + "= $1 AND i.finished_at IS NOT NULL"))
            {
                command.Parameters.Add(new NpgsqlParameter { Value = run });
                await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(ct);
                bool finished = false;
                while (await reader.ReadAsync(ct))
                {
                    if (known.Add(reader.GetGuid(0))) delays.Add((DateTime.UtcNow - reader.GetDateTime(1)).TotalMilliseconds);
                    finished = reader.GetBoolean(2);
                }
                if (finished) return delays;
            }
            await signals.RunChangeAsync(run, version, TimeSpan.FromSeconds(1), ct);
        }
    }

    /// <summary>Milliseconds between the end of each item and the start of the one it made ready.</summary>
    private static async Task<double[]> HandOversAsync(NpgsqlDataSource source, List<Guid> runs, CancellationToken ct)
    {
        await using NpgsqlCommand command = source.CreateCommand("""
            SELECT extract(epoch FROM started_at - created_at)::float8 * 1000
                FROM stage_items WHERE run_id = ANY($1) AND stage <> 'Ingest' ORDER BY 1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = runs.ToArray() });
        List<double> values = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) values.Add(reader.GetDouble(0));
        return [.. values];
    }

    private static async Task<(long Items, double Seconds)> ThroughputAsync(NpgsqlDataSource source, Guid run, CancellationToken ct) => (
        await ScalarAsync<long>(source, "SELECT count(*) FROM stage_items WHERE run_id = $1 AND stage IN ('Extract', 'Caption')", run, ct),
        await ScalarAsync<double>(source,
        "SELECT extract(epoch FROM max(finished_at) - min(started_at))::float8 FROM stage_items WHERE run_id = $1 AND stage IN "
        + "('Extract', 'Caption')", run, ct));

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource source, string sql, Guid run, CancellationToken ct)
    {
        await using NpgsqlCommand command = source.CreateCommand(sql);
        command.Parameters.Add(new NpgsqlParameter { Value = run });
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }

    private static double PeakMebibytes()
    {
        using Process self = Process.GetCurrentProcess();
        return self.PeakWorkingSet64 / 1048576.0;
    }

    private static double At(double[] sorted, double share) => sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];

    /// <summary>Claims and completes, as every stage does, with nothing in between.</summary>
    private sealed class NoWork : IStageHandler
    {
        public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
        {
            await claim.CompleteAsync((_, _) => Task.CompletedTask, fromCache: false, ct);
            return "";
        }
    }
}
