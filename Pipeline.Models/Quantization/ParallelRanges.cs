using TorchSharp;

namespace Pipeline.Models.Quantization;

/// <summary>Shares rows of work among as many threads as libtorch uses.</summary>
internal static class ParallelRanges
{
    private const long ElementsOfShare = 128 << 10;     // a share should outlast the wake-up of a thread

    /// <summary>Calls <paramref name="work"/> with ranges (first, end) that cover all rows once.</summary>
    /// <param name="rows">Rows.</param>
    /// <param name="elementsPerRow">Elements of each.</param>
    /// <param name="work">Called from several threads at once, with disjoint ranges.</param>
    public static void Run(long rows, long elementsPerRow, Action<long, long> work)
    {
        long share = Math.Max(1, ElementsOfShare / elementsPerRow);
        int shares = checked((int)((rows + share - 1) / share));
        int threads = torch.get_num_threads();
        if (shares <= 1 || threads <= 1)
        {
            work(0, rows);
            return;
        }
        Parallel.For(0, shares, new ParallelOptions { MaxDegreeOfParallelism = threads },
            i => work(i * share, Math.Min(rows, (i + 1) * share)));
    }
}
