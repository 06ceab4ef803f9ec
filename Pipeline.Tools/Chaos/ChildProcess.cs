using System.Diagnostics;
using Pipeline.Jobs;

namespace Pipeline.Tools.Chaos;

/// <summary>A process of the product under test. What it prints goes to a file.</summary>
internal sealed class ChildProcess : IDisposable
{
    public const int Kill = ProcessSignal.Kill, Stop = ProcessSignal.Stop, Continue = ProcessSignal.Continue;

    private readonly Process _process;

    private ChildProcess(Process process, string name) => (_process, Name) = (process, name);

    public string Name { get; }

    public int Id => _process.Id;

    public bool IsRunning => !_process.HasExited;

    /// <summary>Starts the product with a command line; no shell or terminal involved.</summary>
    public static ChildProcess Start(string name, IEnumerable<string> arguments, IReadOnlyDictionary<string, string> environment,
        string log)
    {
        string host = Path.Combine(AppContext.BaseDirectory, "Pipeline.Web.dll");
        ProcessStartInfo start = new("sh",
            ["-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "sh", log, "dotnet", host, .. arguments]);
        start.Environment["DOTNET_EnableDiagnostics"] = "0";       // its socket would outlive a kill
        foreach ((string key, string value) in environment) start.Environment[key] = value;
        return new ChildProcess(Process.Start(start)!, name);
    }

    public void Signal(int signal) => SendSignal(_process.Id, signal);

    /// <summary>Ends the process, even a stopped one, and waits until it is gone.</summary>
    public void End()
    {
        if (IsRunning) Signal(Kill);
        _process.WaitForExit();
    }

    public void Dispose()
    {
        End();
        _process.Dispose();
    }

    public static void SendSignal(int process, int signal) => ProcessSignal.Send(process, signal);
}
