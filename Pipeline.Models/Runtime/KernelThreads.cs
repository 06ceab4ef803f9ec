using System.Runtime.ExceptionServices;
using static TorchSharp.torch;

namespace Pipeline.Models.Runtime;

/// <summary>
/// The threads of this library's own kernels: as many as libtorch uses, including the caller. They stay alive, because libtorch
/// keeps generated code for each thread, and look for work a moment longer before they sleep, because kernels come in quick
/// succession. Parts are independent, so the split changes no result.
/// </summary>
internal static class KernelThreads
{
    private const long LeastWork = 16_384;  // numbers for which waking a thread pays off
    private const int PartsPerThread = 2;   // one that starts late does not hold up the others
    private const int Looks = 400;          // before a thread sleeps: some 150 µs

    private static readonly List<SemaphoreSlim> Helpers = [];
    private static readonly Job Shared = new();     // reused, so that a job allocates nothing
    private static int _busy;                       // one job at a time; a second caller, or a part's own call, computes alone

    /// <summary>Threads of a job.</summary>
    public static int Count => Math.Max(1, get_num_threads());

    /// <summary>Splits rows among the threads. Allocates nothing by itself.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="width">Numbers per row, to judge how much work there is.</param>
    /// <param name="body">Computes the rows from its first argument to (not including) its second.</param>
    public static void For(long rows, long width, Action<long, long> body)
    {
        long parts = Math.Min(Math.Min(Count, rows), rows * width / LeastWork);
        if (parts <= 1)
        {
            body(0, rows);
            return;
        }
        Run((int)Math.Min(PartsPerThread * parts, rows), rows, body);
    }

    /// <summary>Computes parts, in any order and at the same time; returns when all are done.</summary>
    /// <param name="parts">Their number.</param>
    /// <param name="body">Computes the part of a number.</param>
    public static void Run(long parts, Action<long> body) => Run(checked((int)parts), parts, (first, end) =>
    {
        for (long part = first; part < end; part++)
            body(part);
    });

    private static void Run(int parts, long rows, Action<long, long> body)
    {
        int helpers = Math.Min(Count, parts) - 1;
        if (helpers <= 0 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            body(0, rows);
            return;
        }
        try
        {
            Shared.Begin(parts, rows, body);
            Wake(helpers);
            Shared.Help();
            Shared.Wait();
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private static void Wake(int helpers)
    {
        while (Helpers.Count < helpers)
        {
            SemaphoreSlim signal = new(0);
            Helpers.Add(signal);
            new Thread(() => Work(signal)) { IsBackground = true, Name = "kernel" }.Start();
        }
        for (int i = 0; i < helpers; i++)
            Helpers[i].Release();
    }

    private static void Work(SemaphoreSlim signal)
    {
        while (true)
        {
            for (int look = 0; look < Looks && signal.CurrentCount == 0; look++)
                Thread.SpinWait(10);
            signal.Wait();
            Shared.Help();  // nothing is left, or a later job goes on, when the others were faster
        }
    }

    private sealed class Job
    {
        private long _ticket;       // the number of parts in the upper half, how many are taken in the lower
        private long _done, _rows;
        private Action<long, long> _body = (_, _) => { };
        private ExceptionDispatchInfo? _failure;

        public void Begin(int parts, long rows, Action<long, long> body)
        {
            (_rows, _body, _failure) = (rows, body, null);
            Volatile.Write(ref _done, 0);
            // From here on parts are taken. Whoever takes one read its number and their count together, so a thread that is late
            // from the job before finds none of that one, and a part of this one keeps Wait from returning.
            Volatile.Write(ref _ticket, (long)parts << 32);
        }

        public void Help()
        {
            while (true)
            {
                long ticket = Interlocked.Increment(ref _ticket) - 1, parts = ticket >> 32, part = ticket & uint.MaxValue;
                if (part >= parts)
                    return;
                try
                {
                    _body(_rows * part / parts, _rows * (part + 1) / parts);
                }
                catch (Exception e)
                {
                    // the caller throws the first one
                    _ = Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
                }
                Interlocked.Increment(ref _done);
            }
        }

        public void Wait()
        {
            SpinWait wait = new();
            while (Volatile.Read(ref _done) < Volatile.Read(ref _ticket) >> 32)
                wait.SpinOnce(sleep1Threshold: -1);
            ExceptionDispatchInfo? failure = _failure;
            (_body, _failure) = ((_, _) => { }, null);      // what the body holds may go
            failure?.Throw();
        }
    }
}
