using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Tests.Jobs.Orchestration;

public sealed class StartupTaskTests
{
    [Fact]
    public async Task A_server_that_is_away_is_waited_for()
    {
        int tries = 0;
        await RunAsync(() => ++tries < 3 ? throw new NpgsqlException("away", new IOException()) : Task.CompletedTask);
        tries.ShouldBe(3);
    }

    [Fact]
    public async Task A_failure_ends_the_task_and_not_the_host()
    {
        int tries = 0;
        await RunAsync(() => ++tries > 0 ? throw new InvalidOperationException("a bug") : Task.CompletedTask);
        tries.ShouldBe(1);
    }

    [Fact]
    public async Task A_host_that_stops_does_not_wait_for_the_server()
    {
        using OneTask task = new(() => throw new NpgsqlException("away", new IOException()));
        await task.StartAsync(TestContext.Current.CancellationToken);
        await task.StopAsync(TestContext.Current.CancellationToken);
        (task.ExecuteTask.ShouldNotBeNull() is { IsCompleted: true, IsFaulted: false }).ShouldBeTrue();
    }

    private static async Task RunAsync(Func<Task> action)
    {
        using OneTask task = new(action);
        await task.StartAsync(TestContext.Current.CancellationToken);
        await task.ExecuteTask.ShouldNotBeNull();       // an exception would stop the host
    }

    private sealed class OneTask(Func<Task> action) : StartupTask(NullLogger.Instance)
    {
        protected override Task RunAsync(CancellationToken ct) => action();
    }
}
