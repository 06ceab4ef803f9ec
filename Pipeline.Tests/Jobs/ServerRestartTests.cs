using Npgsql;
using Pipeline.Data.Entities;

namespace Pipeline.Tests.Jobs;

public sealed class ServerRestartTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_run_goes_on_when_every_connection_is_cut_in_the_middle_of_it()
    {
        using TemporaryFolder folder = new();
        int cuts = 0;
        // As a restart does to its clients: all backends of this database end at once, with work under way on both sides.
        StageFakes fakes = new()
        {
            DuringStep = (step, _) =>
            {
                if (step is not (3 or 11)) return;
                CutConnectionsAsync().GetAwaiter().GetResult();
                cuts++;
                Thread.Sleep(1_500);            // heartbeats and polls happen meanwhile, some of them on dead connections
            },
        };
        await using PipelineFixture pipeline = await PipelineFixture.StartAsync(database, fakes);
        Guid run = await pipeline.IngestAsync(folder, PipelineFixture.Seed(folder, ("a.pdf", "restart one"), ("b.pdf", "restart two")));
        await CutConnectionsAsync();
        (await pipeline.WaitAsync(run)).Summary.State.ShouldBe(RunState.Succeeded);
        cuts.ShouldBeGreaterThanOrEqualTo(2);
    }

    private async Task CutConnectionsAsync()
    {
        await using NpgsqlConnection server =
            new(new NpgsqlConnectionStringBuilder(database.Server.ConnectionString("postgres")) { Pooling = false }.ConnectionString);
        await server.OpenAsync(Stop);
        string name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!;
        await using NpgsqlCommand command = new("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = $1", server);
        command.Parameters.Add(new NpgsqlParameter { Value = name });
        await command.ExecuteScalarAsync(Stop);
    }
}
