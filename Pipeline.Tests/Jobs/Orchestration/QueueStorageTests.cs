using System.Diagnostics;
using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.Storage;
using Pipeline.Data.Postgres;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Tests.Jobs.Orchestration;

public sealed class QueueStorageTests(PostgresDatabase database) : IClassFixture<PostgresDatabase>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lock_that_a_killed_process_left_holds_nobody_up_for_long()
    {
        PostgreSqlStorage storage = QueueStorage.Open(database.ConnectionString);
        using IStorageConnection connection = storage.GetConnection(), other = storage.GetConnection();
        using (connection.AcquireDistributedLock("job:7:state-lock", TimeSpan.FromSeconds(1)))
        {
            // Held, so nobody else gets it …
            Should.Throw<Exception>(() => other.AcquireDistributedLock("job:7:state-lock", TimeSpan.FromSeconds(1)))
                .GetType().Name.ShouldContain("Lock");
            // … and after a while it counts as left behind.
            (await database.ScalarAsync<string>(
                "UPDATE hangfire.lock SET acquired = acquired - interval '31 seconds' WHERE resource LIKE '%job:7:state-lock' RETURNING "
                + "resource")).ShouldNotBeEmpty();
            using IDisposable taken = other.AcquireDistributedLock("job:7:state-lock", TimeSpan.FromSeconds(20));
        }
    }

    [Fact]
    public async Task A_worker_that_waits_while_the_server_is_killed_takes_the_next_job_without_having_failed()
    {
        using TemporaryFolder folder = new();
        await using PrivateCluster server = await PrivateCluster.StartAsync(folder.File("postgres"), durable: false, Stop);
        await SchemaMigrator.MigrateAsync(server.ConnectionString("queue"), Stop);
        PostgreSqlStorage storage = QueueStorage.Open(server.ConnectionString("queue"));
        using CancellationTokenSource stopping = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        using IStorageConnection connection = storage.GetConnection();
        Task<IFetchedJob> fetching = Task.Run(() => connection.FetchNextJob([Queues.Control], stopping.Token), Stop);
        await Task.Delay(200, Stop);

        using (Process postmaster = Process.GetProcessById(server.ServerProcess.ShouldNotBeNull()))
        {
            postmaster.Kill();
            await postmaster.WaitForExitAsync(Stop);
        }
        await Task.Delay(2_500, Stop);              // several looks at a server that is not there
        fetching.IsCompleted.ShouldBeFalse();
        await server.StartServerAsync(durable: false, Stop);
        string job = new BackgroundJobClient(storage)
            .Enqueue<StartRunJob>(Queues.Control, j => j.RunAsync(Guid.Empty, CancellationToken.None));
        using (IFetchedJob fetched = await fetching.WaitAsync(Eventually.HangLimit, Stop))
        {
            fetched.JobId.ShouldBe(job);
            fetched.RemoveFromQueue();
        }

        // Nobody waits for a server when the worker is to stop.
        fetching = Task.Run(() => connection.FetchNextJob([Queues.Control], stopping.Token), Stop);
        await server.StopServerAsync(Stop);
        await stopping.CancelAsync();
        (await Task.WhenAny(fetching, Task.Delay(Eventually.HangLimit, Stop))).ShouldBe(fetching);
        fetching.IsCompletedSuccessfully.ShouldBeFalse();
    }
}
