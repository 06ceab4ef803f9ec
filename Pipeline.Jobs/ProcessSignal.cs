using System.Runtime.InteropServices;

namespace Pipeline.Jobs;

/// <summary>Sends signals to processes, which .NET cannot do.</summary>
public static partial class ProcessSignal
{
    /// <summary>Kills a process at once.</summary>
    public const int Kill = 9;

    /// <summary>Asks a process to end.</summary>
    public const int Terminate = 15;

    /// <summary>Continues a stopped process.</summary>
    public const int Continue = 18;

    /// <summary>Stops a process where it is.</summary>
    public const int Stop = 19;

    /// <summary>Sends a signal. A process that has already ended is not an error.</summary>
    /// <param name="process">Its id; negative for the group of that id.</param>
    /// <param name="signal">Number of the signal on Linux.</param>
    public static void Send(int process, int signal) => _ = SystemKill(process, signal);

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SystemKill(int process, int signal);
}
