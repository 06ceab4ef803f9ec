using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Pipeline.Data.Postgres;

namespace Pipeline.Jobs.Train.Engines;

/// <summary>
/// A process between a worker and an engine, since an engine must not outlive its worker, however the worker dies. It holds the lock of
/// the work folder, starts the engine, passes its output on, and ends it and all its children when its standard input is closed:
/// by the worker when it stops, or by the kernel when the worker is dead.
/// </summary>
public static class EngineGuard
{
    private const int LongestLine = 1000;
    private static readonly string[] SecretSections = ["ConnectionStrings__", "Artifacts__", "Engines__"];
    private const string LockFile = "engine.lock";
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(50), ForChildren = TimeSpan.FromSeconds(2);
    private static readonly Lock Writing = new();

    /// <summary>Locks the folder named in the first line of standard input and runs there the command of the second line.</summary>
    /// <param name="stopping">Stops the engine as a closed input does.</param>
    /// <returns>Exit code of the guard: 0 when it could report how the engine ended.</returns>
    public static int Run(CancellationToken stopping)
    {
        using StreamReader input = new(Console.OpenStandardInput(), Encoding.UTF8);
        using StreamWriter output = new(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
        if (input.ReadLine() is not { } folder) return 0;
        using ManualResetEventSlim stop = new();
        using CancellationTokenRegistration signal = stopping.Register(stop.Set);
        using BlockingCollection<string> orders = [];
        Thread waiting = new(() =>
        {
            while (input.ReadLine() is { } line) orders.Add(line);
            stop.Set();
            orders.CompleteAdding();
        })
        { IsBackground = true };
        waiting.Start();

        using FileStream? held = Acquire(Path.Combine(folder, LockFile), stop);
        if (held is null) return 0;
        MarkedProcesses processes = new(folder);
        processes.Kill();           // leftovers of an earlier guard that was itself killed
        Send(output, new EngineMessage(Alone: true));
        if (!orders.TryTake(out string? order, Timeout.Infinite, stopping)) return 0;
        int code = Guard(EngineOrder.FromLine(order), folder, processes, stop, output);
        Send(output, new EngineMessage(ExitCode: code));
        return 0;
    }

    // Stays on this thread to the end: the kernel kills the engine together with the thread that started it.
    private static int Guard(EngineOrder order, string folder, MarkedProcesses processes, ManualResetEventSlim stop, StreamWriter output)
    {
        using Process engine = Start(order, order.Command, folder);
        engine.StandardInput.Close();
        Thread[] pumps = [Pump(engine.StandardOutput, isError: false, output), Pump(engine.StandardError, isError: true, output)];
        while (!engine.WaitForExit(PollInterval) && !stop.IsSet) { }
        TimeSpan patience = ForChildren;
        if (!engine.HasExited)
        {
            patience = TimeSpan.FromSeconds(order.GraceSeconds);
            Cancel(order, folder, patience, output);
            MarkedProcesses.Terminate(engine.Id);
        }
        for (long since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < patience && processes.Find().Count > 0;)
            Thread.Sleep(PollInterval);
        processes.Kill();
        engine.WaitForExit();
        foreach (Thread pump in pumps) pump.Join(ForChildren);
        return engine.ExitCode;
    }

    private static Process Start(EngineOrder order, IReadOnlyList<string> command, string folder)
    {
        // A process group of its own to signal, apart from the terminal's; it dies with this process if that is killed.
        ProcessStartInfo start = new("setsid", ["setpriv", "--pdeathsig", "KILL", "--", .. command])
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
        };
        foreach (string secret in start.Environment.Keys.Where(IsSecret).ToArray()) start.Environment.Remove(secret);
        foreach ((string name, string value) in order.Environment) start.Environment[name] = value;
        start.Environment[MarkedProcesses.Variable] = folder;
        return Process.Start(start)!;
    }

    // Our own settings, which an engine does not need: database, artifact store and the variables of other engines.
    private static bool IsSecret(string variable) =>
        variable is "AUTH_TOKEN" or "POSTGRES_PASSWORD"
        || SecretSections.Any(section => variable.StartsWith(section, StringComparison.OrdinalIgnoreCase));

    private static void Cancel(EngineOrder order, string folder, TimeSpan patience, StreamWriter output)
    {
        if (order.Cancel is null) return;
        using Process cancel = Start(order, order.Cancel, folder);
        cancel.StandardInput.Close();
        _ = Pump(cancel.StandardOutput, isError: false, output);
        _ = Pump(cancel.StandardError, isError: true, output);
        if (!cancel.WaitForExit(patience)) cancel.Kill();
    }

    private static FileStream? Acquire(string path, ManualResetEventSlim stop)
    {
        while (!stop.IsSet)
        {
            if (FileLock.TryTake(path, shared: false) is { } held) return held;
            stop.Wait(PollInterval);
        }
        return null;
    }

    private static Thread Pump(StreamReader from, bool isError, StreamWriter output)
    {
        Thread pump = new(() =>
        {
            StringBuilder line = new();
            char[] characters = new char[4096];
            int count;
            while ((count = from.Read(characters)) > 0)
                foreach (char c in characters.AsSpan(0, count))
                {
                    if (c is '\n' or '\r') Flush();
                    else if (line.Length < LongestLine) line.Append(c);
                }
            Flush();

            void Flush()
            {
                if (line.Length > 0) Send(output, new EngineMessage(line.ToString(), isError));
                line.Clear();
            }
        })
        { IsBackground = true };
        pump.Start();
        return pump;
    }

    private static void Send(StreamWriter output, EngineMessage message)
    {
        try
        {
            lock (Writing) output.WriteLine(message.ToLine());
        }
        catch (IOException) { }         // the worker is gone; the engine is being stopped
    }
}
