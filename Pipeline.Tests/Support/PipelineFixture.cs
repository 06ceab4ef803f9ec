using Mediator;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs;
using Pipeline.Jobs.Caption;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Train;

namespace Pipeline.Tests;

/// <summary>A worker over a test's database. Dispose it to stop the worker.</summary>
internal sealed class PipelineFixture : IAsyncDisposable
{
    private readonly IHost _host;

    private PipelineFixture(IHost host, StageFakes fakes) => (_host, Fakes) = (host, fakes);

    public StageFakes Fakes { get; }
    public IServiceProvider Services => _host.Services;
    public ISender Sender => _host.Services.GetRequiredService<ISender>();

    /// <summary>A worker with small computations behind the stages.</summary>
    public static Task<PipelineFixture> StartAsync(PostgresDatabase database, StageFakes? fakes = null,
        params (string Key, string Value)[] settings) =>
        StartAsync(database.Storage, fakes ?? new StageFakes(), fake: true, null, settings);

    /// <summary>The same with stages of the test's own.</summary>
    public static Task<PipelineFixture> StartAsync(
        PostgresDatabase database, Action<IServiceCollection> more, StageFakes? fakes = null,
        params (string Key, string Value)[] settings) =>
        StartAsync(database.Storage, fakes ?? new StageFakes(), fake: true, more, settings);

    /// <summary>The same over a storage of the test's own: another data folder or artifact store.</summary>
    public static Task<PipelineFixture> StartAsync(PipelineStorage storage, StageFakes? fakes = null,
        params (string Key, string Value)[] settings) =>
        StartAsync(storage, fakes ?? new StageFakes(), fake: true, null, settings);

    /// <summary>
    /// A worker that reads documents and makes datasets as the product does; what is trained is learned by rote, so that it takes no time.
    /// </summary>
    public static Task<PipelineFixture> StartTeachingAsync(PostgresDatabase database, RoteLearner learner,
        Action<IServiceCollection>? more = null, params (string Key, string Value)[] settings) =>
        StartAsync(database.Storage, learner.Fakes, fake: false, services =>
        {
            services.AddSingleton<IAdapterTraining>(learner.Fakes).AddSingleton<IAdapterComparison>(learner);
            more?.Invoke(services);
        }, settings);

    /// <summary>A worker as the product has it.</summary>
    public static Task<PipelineFixture> StartRealAsync(PostgresDatabase database, params (string Key, string Value)[] settings) =>
        StartAsync(database.Storage, new StageFakes(), fake: false, null, settings);

    /// <summary>The same over a storage of the test's own.</summary>
    public static Task<PipelineFixture> StartRealAsync(PipelineStorage storage) => StartAsync(storage, new StageFakes(), fake: false, null);

    private static async Task<PipelineFixture> StartAsync(
        PipelineStorage storage, StageFakes fakes, bool fake, Action<IServiceCollection>? more,
        params (string Key, string Value)[] settings)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        // Heartbeats and sweeps in quick succession, but a lease that no slowness of the machine lets end.
        (string, string)[] quick =
            [("Leases:Seconds", "600"), ("Leases:HeartbeatSeconds", "0.5"), ("Worker:SweepSeconds", "0.3"),
            ("Worker:ShutdownSeconds", "600")];
        builder.Configuration.AddInMemoryCollection(quick.Concat(settings).GroupBy(s => s.Item1)
            .Select(s => KeyValuePair.Create(s.Key, (string?)s.Last().Item2)));
        builder.Logging.SetMinimumLevel(LogLevel.Information);
        if (fake)
            builder.Services.AddSingleton<IDocumentReader>(fakes).AddSingleton<IImageDescriber>(fakes).AddSingleton<IDatasetRules>(fakes)
                .AddSingleton<IAdapterTraining>(fakes).AddSingleton<IAdapterComparison>(fakes);
        builder.Services.AddPipelineData(storage).AddPipelineJobs().AddPipelineWorker();
        more?.Invoke(builder.Services);
        IHost host = builder.Build();
        await host.StartAsync();
        return new PipelineFixture(host, fakes);
    }

    /// <summary>A folder with the named "PDFs" and a model folder; see <see cref="StageFakes"/> for what their text means.</summary>
    public static RunOptions Seed(TemporaryFolder folder, params (string Name, string Text)[] documents)
    {
        Directory.CreateDirectory(folder.File("model"));
        File.WriteAllText(folder.File("model/config.json"), "{}");
        Directory.CreateDirectory(folder.File("in"));
        foreach ((string name, string text) in documents) File.WriteAllText(Path.Combine(folder.File("in"), name), text);
        return new RunOptions
        {
            Name = "test",
            BaseModel = folder.File("model"),
            Caption = new CaptionOptions { Model = folder.File("model") }
        };
    }

    public async Task<Guid> IngestAsync(TemporaryFolder folder, RunOptions options) =>
        (await Sender.Send(new IngestFolder(folder.File("in"), options))).RunId;

    public async Task<RunDetails> WaitAsync(Guid run, Func<RunDetails, bool>? until = null)
    {
        until ??= r => r.Summary.State is RunState.Succeeded or RunState.Failed or RunState.Canceled;
        for (DateTime end = DateTime.UtcNow + Eventually.HangLimit; ;)
        {
            RunDetails details;
            try
            {
                details = (await Sender.Send(new GetRun(run))).ShouldNotBeNull();
            }
            catch (Exception e) when (DateTime.UtcNow < end
                && (e as NpgsqlException ?? e.InnerException as NpgsqlException) is { IsTransient: true })
            {
                await Task.Delay(50); // the test cut this connection too
                continue;
            }
            if (until(details)) return details;
            if (DateTime.UtcNow > end)
                throw new TimeoutException($"run is {details.Summary.State} after {Eventually.HangLimit.TotalMinutes} minutes; items: "
                    + string.Join(", ", (await Sender.Send(new ListItems(run))).Select(i => $"{i.Stage} {i.State} #{i.Attempt} {i.Error}"))
                    + await DescribeQueueAsync());
            await Task.Delay(50);
        }
    }

    /// <summary>Where the work may hang: outbox, queue, or the lines that were logged about it.</summary>
    private async Task<string> DescribeQueueAsync()
    {
        await using NpgsqlConnection connection = await Services.GetRequiredService<NpgsqlDataSource>().OpenConnectionAsync();
        await using NpgsqlCommand command = new("""
            SELECT 'outbox ' || stage || ' ' || coalesce(not_before::text, '') FROM outbox_messages
            UNION ALL SELECT 'queue ' || queue || ' job ' || jobid || ' fetched ' || coalesce(fetchedat::text, 'never')
                FROM hangfire.jobqueue
            UNION ALL SELECT 'job ' || id || ' ' || coalesce(statename, '') FROM hangfire.job WHERE expireat IS NULL
            UNION ALL SELECT 'server ' || id || ' ' || lastheartbeat FROM hangfire.server
            UNION ALL SELECT 'lock ' || resource || ' since ' || acquired FROM hangfire.lock
            UNION ALL SELECT 'backend ' || pid || ' ' || coalesce(state, '') || ' ' || coalesce(wait_event_type || ':'
                || wait_event, '') || ' since ' || xact_start || ' ' || left(query, 200)
                FROM pg_stat_activity WHERE datname = current_database() AND xact_start IS NOT NULL AND pid <> pg_backend_pid()
            UNION ALL (SELECT 'log ' || at || ' ' || level || ' ' || message FROM log_entries ORDER BY id DESC LIMIT 12)
            """, connection);
        List<string> lines = [""];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) lines.Add(reader.GetString(0));
        return string.Join(Environment.NewLine, lines);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        if (_host is IAsyncDisposable host) await host.DisposeAsync();
    }
}
