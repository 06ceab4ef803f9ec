using System.Net;
using Pipeline.Data.Postgres;
using Pipeline.Tools.Chaos;

namespace Pipeline.Tests.EndToEnd;

public sealed class ChaosTests
{
    private const double Lease = ChaosSystem.ShortestLease;

    /// <summary>Worker, web and server processes of its own; the many other sequences are the command's.</summary>
    [Theory]
    [InlineData("FreezeWorker, KillAll, KillWorker, FillDisk")]
    [InlineData("PoisonDocument, KillWeb, SubmitAgain, JumpClock, KillDatabase, AddWorker")]
    public Task A_run_to_which_accidents_happen_ends_as_an_undisturbed_one(string faults) => SurviveAsync(faults);

    internal static async Task SurviveAsync(string faults)
    {
        StringWriter output = new();
        ChaosOrder order = new(Runs: 1, Seed: 3, Documents: 1, [.. faults.Split(", ").Select(Enum.Parse<ChaosFault>)], Json: false);
        int exitCode = await new ChaosSession(order, output).RunAsync(TestContext.Current.CancellationToken);
        exitCode.ShouldBe(0, output.ToString());
        output.ToString().ShouldContain("1 of 1 runs passed");
        TestContext.Current.TestOutputHelper!.WriteLine(output.ToString());
    }

    [Fact]
    public async Task A_system_that_is_given_up_while_its_server_is_stopped_or_before_it_runs_leaves_no_process_and_no_mount()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using TemporaryFolder folder = new();
        await using PrivateCluster server = await PrivateCluster.StartAsync(folder.File("postgres"), durable: false, stop);
        ChaosSystem system = await ChaosSystem.StartAsync(server, folder.File("given-up"), folder.Path, workers: 1, Lease, stop);
        int[] processes = [.. system.Workers.Select(w => w.Id), system.Web.ShouldNotBeNull().Id];
        processes.ShouldAllBe(id => Directory.Exists($"/proc/{id}"));
        await server.StopServerAsync(stop);
        await system.DisposeAsync();
        processes.ShouldAllBe(id => !Directory.Exists($"/proc/{id}"));

        await Should.ThrowAsync<OperationCanceledException>(() =>
            ChaosSystem.StartAsync(server, folder.File("early"), folder.Path, workers: 1, Lease, new CancellationToken(true)));
        File.ReadAllText("/proc/self/mounts").ShouldNotContain(folder.Path);
    }

    [Fact]
    public async Task While_the_server_is_away_requests_are_put_off_and_a_worker_that_starts_waits_for_it()
    {
        CancellationToken stop = TestContext.Current.CancellationToken;
        using TemporaryFolder folder = new();
        await using PrivateCluster server = await PrivateCluster.StartAsync(folder.File("postgres"), durable: false, stop);
        await using ChaosSystem system = await ChaosSystem.StartAsync(server, folder.File("late"), folder.Path, workers: 0, Lease, stop);
        using HttpClient client = new() { BaseAddress = system.Address };
        client.Timeout = Eventually.HangLimit;
        Task AskUntilAsync(HttpStatusCode wanted) => Eventually.TrueAsync(async () =>
        {
            try
            {
                using HttpResponseMessage answer = await client.GetAsync("/api/runs", stop);
                return answer.StatusCode == wanted;
            }
            catch (HttpRequestException)
            {
                return false;           // it is starting
            }
        }, $"/api/runs answers {wanted}");
        await AskUntilAsync(HttpStatusCode.OK);
        await server.StopServerAsync(stop);
        system.AddWorker();
        await AskUntilAsync(HttpStatusCode.ServiceUnavailable);
        await Task.Delay(TimeSpan.FromSeconds(4), stop);        // by now it has asked
        system.Workers.Single().IsRunning.ShouldBeTrue();
        await server.StartServerAsync(durable: false, stop);
        await Eventually.TrueAsync(
            async () => await system.ScalarAsync<bool>("SELECT to_regclass('hangfire.server') IS NOT NULL", stop)
                && await system.ScalarAsync<long>("SELECT count(*) FROM hangfire.server WHERE id LIKE '%:gpu:%'", stop) > 0,
            "the worker serves its queues");
        await AskUntilAsync(HttpStatusCode.OK);
        system.Processes.ShouldAllBe(p => p.IsRunning);
    }
}
