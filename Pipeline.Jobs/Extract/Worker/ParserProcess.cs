using System.Diagnostics;
using System.Globalization;
using System.Text;
using Pipeline.Data.Artifacts;
using Pipeline.Jobs.Extract.Ocr;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Models;

namespace Pipeline.Jobs.Extract.Worker;

/// <summary>
/// A child process that parses one document at a time, watched for time and memory. It serves many documents; after
/// any kind of failure it is killed and replaced.
/// </summary>
internal sealed class ParserProcess : IDisposable
{
    /// <summary>Carries the memory limit in megabytes to the child.</summary>
    public const string MemoryVariable = "PIPELINE_PARSER_MEGABYTES";

    private const int ErrorTailCharacters = 2000;
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>Limit of waiting for the exit code and the last line of a process that has closed its output.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource _errorsEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int _megabytes;
    private long _allowance; // ticks that OCR may take beyond the document's time limit

    private ParserProcess(Process process, int megabytes)
    {
        (_process, _megabytes) = (process, megabytes);
        process.ErrorDataReceived += (_, e) => KeepTail(e.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>Whether it can take another document.</summary>
    public bool Usable { get; private set; } = true;

    /// <summary>Number of documents served.</summary>
    public int Served { get; private set; }

    public int Megabytes => _megabytes;

    public static ParserProcess Start(HostCommand command, int megabytes)
    {
        ProcessStartInfo start = new(command.File, command.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            StandardInputEncoding = new UTF8Encoding(false),
            StandardOutputEncoding = Encoding.UTF8,
        };
        // It reads untrusted files, so its environment holds no secrets: no token, no password, no storage key.
        foreach (string variable in start.Environment.Keys.Where(v => !IsNeeded(v)).ToArray()) start.Environment.Remove(variable);
        start.Environment[MemoryVariable] = megabytes.ToString(CultureInfo.InvariantCulture);
        // The managed heap limit is a little lower, so that the process reports it instead of being killed.
        start.Environment["DOTNET_GCHeapHardLimit"] = ((long)(0.85 * megabytes) << 20).ToString("x", CultureInfo.InvariantCulture);
        start.Environment["DOTNET_gcServer"] = "0";
        start.Environment["DOTNET_GCgen0size"] = "1000000"; // 16 MB (hexadecimal): by default as much as the processor's cache, per process
        start.Environment["DOTNET_TieredPGO"] = "0"; // short-lived: instrumentation does not pay off
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        start.Environment["DOTNET_EnableDiagnostics"] = "0"; // no port for debuggers, and no socket left behind by one that is killed
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{command.File} did not start");
        return new ParserProcess(process, megabytes);
    }

    private static bool IsNeeded(string variable) =>
        variable is "PATH" or "HOME" or "TMPDIR" or "LANG" or "TZ" or "LD_LIBRARY_PATH" or PdfiumLibrary.PathVariable
            or Tesseract.DataVariable
        || variable.StartsWith("DOTNET_", StringComparison.Ordinal) || variable.StartsWith("LC_", StringComparison.Ordinal);

    /// <exception cref="BadDocumentException">
    /// The document is bad, or it crashed, stalled or exceeded the memory of the process.
    /// </exception>
    public async Task ParseAsync(ParseRequest request, TimeSpan limit, IProgress<(int Page, int Pages)>? progress, CancellationToken ct)
    {
        using CancellationTokenSource watch = CancellationTokenSource.CreateLinkedTokenSource(ct);
        Volatile.Write(ref _allowance, 0);
        Task<bool> memory = WatchMemoryAsync(watch.Token);
        Task<ParseReply?> reply = ExchangeAsync(request, progress);
        Task timeout = WatchTimeAsync(limit, watch.Token);
        Task first = await Task.WhenAny(reply, memory, timeout);
        try
        {
            ct.ThrowIfCancellationRequested();
            if (first == reply)
                await InterpretAsync(request, await reply);
            else if (first == memory && await memory)
                throw DocumentProblems.OutOfMemory(request.Name, _megabytes);
            else if (first == memory)
                await InterpretAsync(request, await reply); // the process has ended; the reply says how
            else
                throw DocumentProblems.TimedOut(request.Name, (int)limit.TotalSeconds);
            Served++;
        }
        catch (Exception e) when (e is not BadDocumentException
        {
            Reason: not (
            BadDocumentReason.ParserCrashed or BadDocumentReason.TimedOut or BadDocumentReason.OutOfMemory)
        })
        {
            End();
            throw;
        }
        finally
        {
            await watch.CancelAsync();
        }
    }

    public void Dispose()
    {
        End();
        _process.Dispose();
    }

    private async Task<ParseReply?> ExchangeAsync(ParseRequest request, IProgress<(int Page, int Pages)>? progress)
    {
        try
        {
            await _process.StandardInput.WriteLineAsync(request.ToLine());
            await _process.StandardInput.FlushAsync();
        }
        catch (IOException)
        {
            return null; // it ended before it could read
        }
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (ParseReply.FromLine(line) is not { } reply)
                continue;
            if (reply.Kind == ParseReplyKind.Allowance)
                Interlocked.Add(ref _allowance, TimeSpan.FromSeconds(reply.Seconds).Ticks);
            else if (reply.Kind != ParseReplyKind.Progress)
                return reply;
            else
                progress?.Report((reply.Page, reply.Pages));
        }
        return null;
    }

    private async Task InterpretAsync(ParseRequest request, ParseReply? reply)
    {
        switch (reply?.Kind)
        {
            case ParseReplyKind.Done:
                return;
            case ParseReplyKind.BadDocument when reply.Reason == BadDocumentReason.OutOfMemory:
                throw DocumentProblems.OutOfMemory(request.Name, _megabytes);
            case ParseReplyKind.BadDocument:
                throw new BadDocumentException(reply.Reason!.Value, reply.Message!);
            case ParseReplyKind.MissingPrerequisite:
                throw new MissingPrerequisiteException(reply.Message!);
            case ParseReplyKind.DiskFull:
                throw StorageFullException.For(request.Folder, new IOException(reply.Message));
            case ParseReplyKind.Failed:
                throw DocumentProblems.Failed(request.Name, reply.Message!);
            default:
                await Task.WhenAny(Task.WhenAll(_process.WaitForExitAsync(), _errorsEnded.Task), Task.Delay(LastWords));
                throw DocumentProblems.Crashed(request.Name, DescribeExit());
        }
    }

    private string DescribeExit()
    {
        string said;
        lock (_errors)
            said = _errors.ToString().Split('\n', 2)[0].Trim(); // such as "Stack overflow." for a document with endless nesting
        int code = _process.HasExited ? _process.ExitCode : 0;
        string end = code > 128 ? $"signal {code - 128}" : $"exit code {code}";
        return said.Length == 0 ? end : $"{end}: {said.TrimEnd('.')}";
    }

    /// <summary>Ends when the limit has passed, not counting the time that OCR was allowed.</summary>
    private async Task WatchTimeAsync(TimeSpan limit, CancellationToken stop)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (limit.Ticks + Volatile.Read(ref _allowance) - watch.Elapsed.Ticks is > 0 and long left)
            await Task.Delay(TimeSpan.FromTicks(left) + TimeSpan.FromMilliseconds(1), stop);
    }

    /// <returns>True as soon as the limit is passed, false when the process has ended.</returns>
    private async Task<bool> WatchMemoryAsync(CancellationToken stop)
    {
        string path = $"/proc/{_process.Id}/statm";
        try
        {
            while (!_process.HasExited)
            {
                if (ResidentMegabytes(path) > _megabytes)
                    return true;
                await Task.Delay(WatchInterval, stop);
            }
        }
        catch (OperationCanceledException)
        {
            // The document is finished.
        }
        return false;
    }

    private static long ResidentMegabytes(string statm)
    {
        try
        {
            string[] pages = File.ReadAllText(statm).Split(' ');
            return pages.Length > 1 ? long.Parse(pages[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize >> 20 : 0;
        }
        catch (IOException)
        {
            return 0; // it has just ended
        }
    }

    private void KeepTail(string? line)
    {
        if (line is null)
        {
            _errorsEnded.TrySetResult();
            return;
        }
        lock (_errors)
        {
            if (_errors.Length < ErrorTailCharacters)
                _errors.AppendLine(line); // the first lines name the cause, the rest is the stack
        }
    }

    private void End()
    {
        Usable = false;
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (InvalidOperationException)
        {
            // It has already ended.
        }
    }
}
