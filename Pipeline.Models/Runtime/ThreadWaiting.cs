using System.Runtime.InteropServices;

namespace Pipeline.Models.Runtime;

/// <summary>
/// How libtorch's threads wait for each other. By default libgomp spins for milliseconds at every barrier, which on cores
/// shared with a web server, a database or another worker makes a training step some twenty times slower (measured: 4 s
/// became 78 s on two busy cores). A short spin costs an idle machine almost nothing.
/// </summary>
internal static partial class ThreadWaiting
{
    private const string SpinCount = "GOMP_SPINCOUNT";
    private const string WaitPolicy = "OMP_WAIT_POLICY";

    /// <summary>Call before libgomp is loaded, which reads its settings once. The user's own settings are kept.</summary>
    public static void Shorten()
    {
        // .NET keeps its own copy of the environment: only libc's setenv reaches native libraries.
        if (OperatingSystem.IsLinux() && Environment.GetEnvironmentVariable(WaitPolicy) is null)
            _ = SetVariable(SpinCount, "1000", 0);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);
}
