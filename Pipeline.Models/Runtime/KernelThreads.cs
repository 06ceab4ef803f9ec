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

    private static readonly Lock Gate = new();          // one job at a time; a second caller computes alone
    private static readonly List<SemaphoreSlim> Helpers = [];
    private static volatile Job? _job;

    /// <summary>Threads of a job.</summary>
    public static int Count => Math.Max(1, get_num_threads());

    /// <summary>Splits rows among the threads.</summary>
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
        parts = Math.Min(PartsPerThread * parts, rows);
        Run(parts, part => body(rows * part / parts, rows * (part + 1) / parts));
    }

    /// <summary>Computes parts, in any order and at the same time; returns when all are done.</summary>
    /// <param name="parts">Their number.</param>
    /// <param name="body">Computes the part of a number.</param>
    public static void Run(long parts, Action<long> body)
    {
        int helpers = (int)Math.Min(Count, parts) - 1;
        if (helpers <= 0 || !Gate.TryEnter())
        {
            for (long part = 0; part < parts; part++)
                body(part);
            return;
        }
        try
        {
            Job job = new(parts, body);
            _job = job;
            Wake(helpers);
            job.Help();
            job.Wait();
        }
        finally
        {
            _job = null;
            Gate.Exit();
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
            _job?.Help();  // null, or a later one, when the others were faster
        }
    }

    private sealed class Job(long parts, Action<long> body)
    {
        private long _next = -1, _done;
        private ExceptionDispatchInfo? _failure;

        public void Help()
        {
            for (long part; (part = Interlocked.Increment(ref _next)) < parts; Interlocked.Increment(ref _done))
            {
                try
                {
                    body(part);
                }
                catch (Exception e)
                {
                    // the caller throws the first one
                    _ = Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
                }
            }
        }

        public void Wait()
        {
            SpinWait wait = new();
            while (Interlocked.Read(ref _done) < parts)
                wait.SpinOnce(sleep1Threshold: -1);
            _failure?.Throw();
        }
    }
}
