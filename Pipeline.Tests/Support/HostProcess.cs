using System.Diagnostics;

namespace Pipeline.Tests;

/// <summary>The product's command line in a process of its own, to be ended in ways that no test could survive.</summary>
internal sealed class HostProcess : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output, _error;

    private HostProcess(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["DOTNET_EnableDiagnostics"] = "0";        // its socket would outlive a kill
        StartedAt = DateTime.UtcNow;
        _process = Process.Start(start)!;
        _output = _process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        _error = _process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    public DateTime StartedAt { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>
    /// Starts a command, as a terminal would: in a test run in the background of a shell, children inherit that Ctrl-C is ignored.
    /// </summary>
    public static HostProcess Start(params string[] args) => StartWith([], args);

    /// <summary>Starts a command with settings of its own.</summary>
    /// <param name="settings">Names, with colons between sections, and values.</param>
    /// <param name="args">The command.</param>
    public static HostProcess StartWith(IEnumerable<(string Name, string Value)> settings, params string[] args)
    {
        ProcessStartInfo start = new("env",
            ["--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "Pipeline.Web.dll"), .. args]);
        foreach ((string name, string value) in settings)
            start.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        return new HostProcess(start);
    }

    /// <summary>
    /// Starts a command with so little address space that large allocations fail, on any machine and for this process alone.
    /// </summary>
    /// <param name="kibibytes">Address space; the runtime and libtorch alone need about 4 million.</param>
    /// <param name="args">The command.</param>
    public static HostProcess StartWithin(int kibibytes, params string[] args) => new(new ProcessStartInfo("bash",
        ["-c", "ulimit -v \"$1\"; shift; exec dotnet \"$@\"", "bash", kibibytes.ToString(System.Globalization.CultureInfo.InvariantCulture),
         Path.Combine(AppContext.BaseDirectory, "Pipeline.Web.dll"), .. args])
    {
        // Each thread's stack and heap takes address space too.
        Environment = { ["DOTNET_GCHeapHardLimit"] = "0x10000000", ["OMP_NUM_THREADS"] = "2", ["MALLOC_ARENA_MAX"] = "2" },
    });

    /// <summary>Waits for something to happen while the process runs.</summary>
    /// <returns>Whether it happened before the process ended.</returns>
    public async Task<bool> UntilAsync(Func<bool> reached)
    {
        while (!reached())
        {
            TestContext.Current.CancellationToken.ThrowIfCancellationRequested();
            if (HasExited)
                return reached();
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
        return true;
    }

    /// <summary>SIGKILL: nothing is cleaned up.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Sends what Ctrl-C sends.</summary>
    public async Task InterruptAsync()
    {
        using Process kill = Process.Start("kill", ["-INT", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(CancellationToken.None);
    }

    /// <summary>Waits for the end.</summary>
    public async Task<(int Code, string Output, string Error)> EndAsync()
    {
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (_process.ExitCode, await _output, await _error);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
            _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
