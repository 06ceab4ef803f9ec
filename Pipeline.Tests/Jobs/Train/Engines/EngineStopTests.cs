using System.Diagnostics;
using Pipeline.Jobs;
using Pipeline.Jobs.Train;
using Pipeline.Jobs.Train.Engines;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs.Train.Engines;

/// <summary>However a training by an engine ends, nothing of the engine stays behind.</summary>
public sealed class EngineStopTests : IDisposable
{
    // A worker in the engine's group, one in a session of its own as torchrun starts them, and one whose parent is gone; none listens to
    // SIGTERM.
    private const string StubbornChildren = """
        trap '' TERM
        (echo $(sh -c 'echo $PPID') > ../child; exec sleep 30000) &
        setsid sh -c 'trap "" TERM; echo $$ > ../session; exec sleep 30000' &
        sh -c 'setsid sh -c "echo \$\$ > ../orphan; exec sleep 30000" &'
        echo $$ > ../leader
        while :; do sleep 1; done
        """;

    private static readonly string[] All = ["leader", "child", "session", "orphan"];
    private readonly EngineFixture _engine = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => _engine.Dispose();

    [Fact]
    public async Task A_canceled_engine_that_does_not_listen_is_killed_with_all_its_children()
    {
        using CancellationTokenSource cancel = new();
        Task<TrainingOutcome> training = Task.Run(() => _engine.Run(StubbornChildren, cancel.Token, grace: 0.5), Stop);
        int[] processes = await ProcessesAsync();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(training);
        processes.ShouldAllBe(p => !EngineFixture.Runs(p));
    }

    [Fact]
    public async Task A_canceled_engine_gets_its_time_and_its_cancel_command()
    {
        using CancellationTokenSource cancel = new();
        Task<TrainingOutcome> training = Task.Run(() =>
            _engine.Run("echo $2 $3 > ../job; trap 'echo saved > ../saved; exit 0' TERM; echo $$ > ../leader; while :; do sleep 0.1; done",
            cancel.Token, grace: 86_400,
            cancel: "echo $1 $2 > ../canceled"), Stop);
        int leader = await _engine.NumberAsync("leader");
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(training.WaitAsync(Eventually.HangLimit, Stop));      // it did not need its day
        EngineFixture.Runs(leader).ShouldBeFalse();
        File.Exists(Path.Combine(_engine.Folder, "saved")).ShouldBeTrue();
        (await File.ReadAllTextAsync(Path.Combine(_engine.Folder, "canceled"), Stop))
            .ShouldBe(await File.ReadAllTextAsync(Path.Combine(_engine.Folder, "job"), Stop), "it names the job that was started");
    }

    [Fact]
    public async Task Children_that_an_engine_leaves_behind_when_it_ends_are_ended_too()
    {
        Should.Throw<InputException>(() => _engine.Run(
            "(echo $(sh -c 'echo $PPID') > ../child; exec sleep 30000) & until [ -s ../child ]; do sleep 0.01; done; exit 1", Stop));
        EngineFixture.Runs(await _engine.NumberAsync("child")).ShouldBeFalse();
    }

    [Fact]
    public async Task An_engine_ends_with_a_worker_that_is_killed_and_the_next_one_waits_for_that()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_engine.Folder, "engine")).FullName;
        using Process guard = Guard();
        await guard.StandardInput.WriteLineAsync(folder);
        await guard.StandardInput.WriteLineAsync(new EngineOrder(["/bin/sh", "-c", StubbornChildren], null, new Dictionary<string,
            string>(), GraceSeconds: 1).ToLine());
        await guard.StandardInput.FlushAsync(Stop);
        int[] processes = await ProcessesAsync();
        guard.StandardInput.Close();            // as the kernel does when the worker dies
        guard.StandardOutput.Close();
        // Those that are dead and wait for their parent (Z) count as gone.
        Should.Throw<InputException>(() => _engine.Run(
            $"for p in {string.Join(' ', processes)}; do grep '^State:.[^Z]' /proc/$p/status; done > ../together; exit 1", Stop));
        (await File.ReadAllTextAsync(Path.Combine(_engine.Folder, "together"), Stop)).ShouldBe("", "two engines at once in one folder");
        processes.ShouldAllBe(p => !EngineFixture.Runs(p));
        await guard.WaitForExitAsync(Stop);
    }

    [Fact]
    public async Task When_the_guard_is_killed_the_engine_does_not_go_on_and_the_training_is_tried_again()
    {
        Task<TrainingOutcome> training = Task.Run(() => _engine.Run(StubbornChildren, Stop), Stop);
        int[] processes = await ProcessesAsync();
        string stat = await File.ReadAllTextAsync($"/proc/{processes[0]}/stat", Stop);
        int guard = int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
        Process.GetProcessById(guard).Kill();
        IOException failure = await Should.ThrowAsync<IOException>(training);
        failure.Message.ShouldStartWith("train.engine: shell: the process that watches over it ended early (exit code 137)");
        processes.ShouldAllBe(p => !EngineFixture.Runs(p));
    }

    private async Task<int[]> ProcessesAsync()
    {
        List<int> processes = [];
        foreach (string file in All) processes.Add(await _engine.NumberAsync(file));
        processes.ShouldAllBe(p => EngineFixture.Runs(p));
        return [.. processes];
    }

    private static Process Guard()
    {
        HostCommand host = HostCommand.Of(HostCommand.EngineGuard);
        return Process.Start(new ProcessStartInfo(host.File, host.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true
        })!;
    }
}
