using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass.Kernels;

/// <summary>Shares the rows of a kernel among as many threads as libtorch uses. Rows are independent, so the split changes no result.</summary>
internal static class KernelThreads
{
    private const long LeastWork = 16_384; // numbers for which waking a thread pays

    /// <param name="rows">Rows.</param>
    /// <param name="width">Numbers of a row, to tell how much work there is.</param>
    /// <param name="body">Computes the rows from its first argument to (not including) its second.</param>
    public static void For(long rows, long width, Action<long, long> body)
    {
        long parts = Math.Min(Math.Min(get_num_threads(), rows), rows * width / LeastWork);
        if (parts <= 1)
        {
            body(0, rows);
            return;
        }
        // Twice as many parts as threads: one that starts late does not hold up the others.
        parts = Math.Min(2 * parts, rows);
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = get_num_threads() },
            part => body(rows * part / parts, rows * (part + 1) / parts));
    }
}
