using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Observation;

namespace Pipeline.Tests.Jobs.Train;

/// <summary>The curves of a training in the database, while it works and when it goes on after an interruption.</summary>
public sealed class TrainingMetricsTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Points_are_stored_while_the_training_still_works()
    {
        using TemporaryFolder folder = new();
        using ManualResetEventSlim seen = new();
        StageFakes fakes = new() { DuringStep = (step, ct) => { if (step == 5) seen.Wait(TimeSpan.FromSeconds(60), ct); } };
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        Guid run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("w.pdf", "watch me")));
        try
        {
            await Eventually.TrueAsync(async () => (await StepsAsync(pipeline, run)).SequenceEqual([1, 2, 3, 4]), "four steps are seen");
            (await pipeline.Sender.Send(new GetRun(run), Stop)).ShouldNotBeNull().Summary.State.ShouldBe(RunState.Running);
        }
        finally
        {
            seen.Set();
        }
        (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);
        (await StepsAsync(pipeline, run)).ShouldBe(Enumerable.Range(1, 20));
    }

    [Fact]
    public async Task A_checkpoint_is_written_only_when_the_points_up_to_it_are_stored()
    {
        using TemporaryFolder folder = new();
        // Right after the checkpoint: a process that is killed here goes on from it and measures none of these steps again.
        long stored = -1;
        NpgsqlConnection? slow = null;
        StageFakes fakes = new()
        {
            DuringStep = (step, _) =>
            {
                if (step == 10)
                    slow = HoldUpWrites();
                if (step == 11)
                    stored = database.ScalarAsync<long>(
                        "SELECT count(*) FROM training_metrics WHERE name = 'loss' AND run_id = (SELECT id FROM runs ORDER BY created_at "
                        + "DESC LIMIT 1)").Result;
            },
        };
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        Guid run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("f.pdf", "flushed")));
        (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);
        stored.ShouldBe(10);
        slow.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_training_that_goes_on_neither_doubles_nor_loses_points()
    {
        using TemporaryFolder folder = new();
        using ManualResetEventSlim reached = new();
        StageFakes stopping = new()
        {
            DuringStep = (step, ct) =>
            {
                if (step != 13) return;
                reached.Set();
                ct.WaitHandle.WaitOne(TimeSpan.FromSeconds(20));
                ct.ThrowIfCancellationRequested();
            },
        };
        Guid run;
        await using (PipelineFixture first = await PipelineFixture.StartAsync(database, stopping))
        {
            run = await first.IngestAsync(folder, PipelineFixture.Seed(folder, ("g.pdf", "going on")));
            await Task.Run(() => reached.Wait(Eventually.HangLimit, Stop), Stop);
        }
        // Read while nobody works: another worker would go on at once.
        (await database.ScalarAsync<string>(
            $"SELECT string_agg(step::text, ' ' ORDER BY step) FROM training_metrics WHERE name = 'loss' AND run_id = '{run}'"))
            .ShouldBe(string.Join(' ', Enumerable.Range(1, 12)), "those after the checkpoint of step 10 too");
        await using PipelineFixture second = await PipelineFixture.StartAsync(database);
        (await second.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);
        (await StepsAsync(second, run)).ShouldBe(Enumerable.Range(1, 20));
    }

    private static async Task<IEnumerable<int>> StepsAsync(PipelineFixture pipeline, Guid run) =>
        (await pipeline.Sender.Send(new GetMetrics(run), Stop)).TryGetValue("loss", out IReadOnlyList<MetricPoint>? points)
        ? points.Select(p => p.Step) : [];

    // For half a second points can be read, but not written.
    private NpgsqlConnection HoldUpWrites()
    {
        NpgsqlConnection connection = new(database.ConnectionString);
        connection.Open();
        NpgsqlTransaction transaction = connection.BeginTransaction();
        using (NpgsqlCommand command = new("LOCK TABLE training_metrics IN EXCLUSIVE MODE", connection, transaction))
            command.ExecuteNonQuery();
        _ = Task.Run(async () =>
        {
            await Task.Delay(500);
            await transaction.CommitAsync();
            await connection.DisposeAsync();
        });
        return connection;
    }
}
