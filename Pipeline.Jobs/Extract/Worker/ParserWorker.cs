using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Data.Artifacts;
using Pipeline.Jobs.Extract.Ocr;
using Pipeline.Models;

namespace Pipeline.Jobs.Extract.Worker;

/// <summary>
/// The side of the child process: reads requests from standard input, one line each, until the input ends. Whatever a
/// hostile file does here affects this process only.
/// </summary>
public static partial class ParserWorker
{
    private static int _unfinished; // requests read and not answered

    private const int StackBytes = 16 << 20; // enough for deeply nested valid files; endless recursion ends soon

    /// <summary>Serves requests until standard input is closed.</summary>
    /// <returns>Exit code 0.</returns>
    public static int Run()
    {
        LimitResources();
        using StreamReader input = new(Console.OpenStandardInput(), Encoding.UTF8);
        using StreamWriter output = new(Console.OpenStandardOutput(), new UTF8Encoding(false)) { AutoFlush = true };
        Console.SetOut(TextWriter.Null); // standard output carries replies only
        foreach (string line in Requests(input))
        {
            ParseReply reply = new(ParseReplyKind.Failed);
            Thread parser = new(() => reply = Serve(ParseRequest.FromLine(line), output), StackBytes);
            parser.Start();
            parser.Join();
            output.WriteLine(reply.ToLine());
        }
        return 0;
    }

    /// <summary>
    /// Reads requests until the input ends. It ends when the parent is gone, however it died: the current document is then of no use
    /// to anybody, and this process ends at once.
    /// </summary>
    private static IEnumerable<string> Requests(StreamReader input)
    {
        using BlockingCollection<string> waiting = new();
        Thread reading = new(() =>
        {
            while (input.ReadLine() is { } line)
            {
                Interlocked.Increment(ref _unfinished);
                waiting.Add(line);
            }
            waiting.CompleteAdding();
            if (Volatile.Read(ref _unfinished) == 0)
                return;
            Tesseract.EndAll();
            ProcessSignal.Send(Environment.ProcessId, ProcessSignal.Kill); // an exit would wait for native code
        })
        { IsBackground = true };
        reading.Start();
        foreach (string line in waiting.GetConsumingEnumerable())
        {
            yield return line;
            Interlocked.Decrement(ref _unfinished);
        }
    }

    private static ParseReply Serve(ParseRequest request, StreamWriter output)
    {
        try
        {
            DocumentParser.Parse(
                request, (page, pages) => output.WriteLine(new ParseReply(ParseReplyKind.Progress, page, pages).ToLine()),
                time => output.WriteLine(new ParseReply(ParseReplyKind.Allowance, Seconds: time.TotalSeconds).ToLine()));
            return new ParseReply(ParseReplyKind.Done);
        }
        catch (BadDocumentException e)
        {
            return new ParseReply(ParseReplyKind.BadDocument, Reason: e.Reason, Message: e.Message);
        }
        catch (OutOfMemoryException)
        {
            return new ParseReply(ParseReplyKind.BadDocument, Reason: BadDocumentReason.OutOfMemory);
        }
        catch (MissingPrerequisiteException e)
        {
            return new ParseReply(ParseReplyKind.MissingPrerequisite, Message: e.Message);
        }
        catch (Exception e) when (IsDiskFull(e))
        {
            return new ParseReply(ParseReplyKind.DiskFull, Message: e.Message);
        }
        catch (Exception e)
        {
            return new ParseReply(ParseReplyKind.Failed, Message: e.ToString());
        }
    }

    private static bool IsDiskFull(Exception? e) => e is not null && (StorageFullException.IsNoSpace(e) || IsDiskFull(e.InnerException));

    /// <summary>No core dumps, and a kernel limit in case the parent's memory watch is too slow.</summary>
    private static void LimitResources()
    {
        const int Data = 2, Core = 4;
        SetLimit(Core, new ResourceLimit());
        if (ulong.TryParse(Environment.GetEnvironmentVariable(ParserProcess.MemoryVariable), out ulong megabytes))
        {
            // Twice: the runtime commits more than it uses.
            ulong bytes = 2 * megabytes << 20;
            SetLimit(Data, new ResourceLimit { Current = bytes, Maximum = bytes });
        }
    }

    private static void SetLimit(int resource, ResourceLimit limit) => _ = SetResourceLimit(resource, in limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetResourceLimit(int resource, in ResourceLimit limit);

    private struct ResourceLimit
    {
        public ulong Current, Maximum;
    }
}
