using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Pipeline.Models;

namespace Pipeline.Jobs.Train.Engines;

/// <summary>The worker's side of an <see cref="EngineGuard"/>: starts it, reads its reports and has it stop the engine.</summary>
internal sealed class EngineProcess : IDisposable
{
    private static readonly TimeSpan UntilKilled = TimeSpan.FromSeconds(20), PollInterval = TimeSpan.FromMilliseconds(100);
    private readonly Process _guard;
    private readonly string _folder;
    private readonly BlockingCollection<EngineMessage> _messages = new(boundedCapacity: 1000);
    private readonly StringBuilder _complaints = new();
    private TimeSpan _grace;
    private bool _alone, _stopped;
    private volatile bool _disposed;

    private EngineProcess(Process guard, string folder)
    {
        (_guard, _folder) = (guard, folder);
        guard.ErrorDataReceived += (_, e) =>
        {
            lock (_complaints)
                if (e.Data is not null && _complaints.Length < 2000) _complaints.AppendLine(e.Data);
        };
        guard.BeginErrorReadLine();
        Thread listening = new(Listen) { IsBackground = true };
        listening.Start();
        Send(folder);
    }

    /// <summary>The guard has reported that the engine and all its children have ended.</summary>
    public int? ExitCode { get; private set; }

    /// <exception cref="MissingPrerequisiteException">A program needed to start engines is not installed.</exception>
    public static void RequireHelpers()
    {
        foreach (string helper in (string[])["setsid", "setpriv"])
            if (EngineDefinition.FindOnPath(helper, null) is null)
                throw new MissingPrerequisiteException(
                    $"train.engine: {helper} is not on PATH; install util-linux, with which engines are started and ended");
    }

    /// <summary>Starts a guard for a folder.</summary>
    public static EngineProcess Start(string folder)
    {
        HostCommand host = HostCommand.Of(HostCommand.EngineGuard);
        // In a session of its own: Ctrl-C goes to the worker only, which stops the engine cleanly.
        ProcessStartInfo start = new("setsid", [host.File, .. host.Arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        return new EngineProcess(Process.Start(start)!, folder);
    }

    /// <summary>Waits until no earlier engine works in the folder.</summary>
    /// <exception cref="TimeoutException">One still does; retry later.</exception>
    public void WaitUntilAlone(TimeSpan timeout, EngineOutput output, CancellationToken ct)
    {
        for (long since = Stopwatch.GetTimestamp(); !_alone;)
        {
            ct.ThrowIfCancellationRequested();
            if (!Read(PollInterval, output)) throw new IOException(
                $"the process that watches over the engine in {_folder} ended early ({Reap()})");
            if (Stopwatch.GetElapsedTime(since) > timeout) throw new TimeoutException($"an earlier engine still works in {_folder}");
        }
    }

    /// <summary>Has the guard start the engine.</summary>
    public void Run(EngineOrder order)
    {
        _grace = TimeSpan.FromSeconds(order.GraceSeconds);
        Send(order.ToLine());
    }

    /// <summary>Reads what the engine wrote, for a limited time.</summary>
    /// <returns>False once everything has been read and the guard has ended.</returns>
    public bool Read(TimeSpan timeout, EngineOutput output)
    {
        for (long since = Stopwatch.GetTimestamp(); ;)
        {
            TimeSpan left = timeout - Stopwatch.GetElapsedTime(since);
            if (!_messages.TryTake(out EngineMessage? message, left > TimeSpan.Zero ? left : TimeSpan.Zero)) return !_messages.IsCompleted;
            if (message.Line is { } line) output.Add(line, message.IsError);
            _alone |= message.Alone;
            ExitCode ??= message.ExitCode;
        }
    }

    /// <summary>Ends the engine: SIGTERM first, then SIGKILL. Returns when it and all its children are gone.</summary>
    /// <exception cref="TimeoutException">
    /// It does not end even when killed; the guard keeps others out of the folder until it does.
    /// </exception>
    public void Stop(EngineOutput output)
    {
        if (!_stopped) CloseInput();
        TimeSpan timeout = 2 * _grace + UntilKilled;
        for (long since = Stopwatch.GetTimestamp(); Read(PollInterval, output);)
            if (Stopwatch.GetElapsedTime(since) > timeout)
                throw new TimeoutException($"the engine's processes in {_folder} do not end, although they were killed");
    }

    /// <summary>Reports the end of a guard that did not report the end of the engine; what is left of the engine is killed.</summary>
    public string Reap()
    {
        _guard.WaitForExit();
        new MarkedProcesses(_folder).Kill();
        lock (_complaints) return $"exit code {_guard.ExitCode}{(_complaints.Length > 0 ? $": {_complaints.ToString().Trim()}" : "")}";
    }

    public void Dispose()
    {
        _disposed = true;
        if (!_stopped) CloseInput();
        _guard.Dispose();       // the process itself lives on until the engine is gone
    }

    private void Send(string line)
    {
        try
        {
            _guard.StandardInput.WriteLine(line);
            _guard.StandardInput.Flush();
        }
        catch (IOException) { }         // it is gone, as the end of its output also shows
    }

    private void CloseInput()
    {
        _stopped = true;
        try
        {
            _guard.StandardInput.Close();
        }
        catch (IOException) { }         // it is gone
    }

    private void Listen()
    {
        try
        {
            while (_guard.StandardOutput.ReadLine() is { } line)
                if (EngineMessage.FromLine(line) is { } message)
                    while (!_messages.TryAdd(message, PollInterval))
                        if (_disposed) return;
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException) { }
        _messages.CompleteAdding();
    }
}
