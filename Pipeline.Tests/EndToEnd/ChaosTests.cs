using Pipeline.Web.Chaos;

namespace Pipeline.Tests.EndToEnd;

public sealed class ChaosTests
{
    /// <summary>Worker, web and server processes of its own; the many other sequences are the command's.</summary>
    [Fact]
    public async Task A_run_whose_workers_and_database_are_killed_and_frozen_ends_as_an_undisturbed_one()
    {
        StringWriter output = new();
        ChaosOrder order = new(Runs: 1, Seed: 3, Documents: 1, [ChaosFault.FreezeWorker, ChaosFault.KillAll, ChaosFault.KillWorker], Json: false);
        int exitCode = await new ChaosSession(order, output).RunAsync(TestContext.Current.CancellationToken);
        exitCode.ShouldBe(0, output.ToString());
        output.ToString().ShouldContain("1 of 1 runs passed");
    }
}
