using Pipeline.Models.Runtime.Numpy;

namespace Pipeline.Models.Datasets.Declared;

/// <summary>
/// Which rows are taken, held out and mixed, by the very numbers that LLaMA-Factory draws, so that the same seed gives the same rows.
/// </summary>
internal static class RowChoice
{
    private const long MostRounds = 1000;

    /// <summary>How datasets are mixed: LLaMA-Factory's <c>mix_strategy</c>.</summary>
    public static readonly IReadOnlyList<string> MixStrategies = ["concat", "interleave_under", "interleave_over"];

    /// <summary>Rows to train on and rows held out, both in the order drawn.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="size">A share of 0 or more and below 1, or a number of rows.</param>
    /// <param name="seed">The seed.</param>
    /// <exception cref="InputException">Nothing would be left to train on.</exception>
    public static (int[] Train, int[] Held) Split(int rows, double size, int seed)
    {
        int held = size < 1 ? (int)Math.Ceiling(rows * size) : (int)size;
        if (held >= rows)
            throw new InputException(FormattableString.Invariant(
                $"val_size: {size} of {rows} examples leaves none to train on; give more examples or a smaller val_size"));
        int[] order = new NumpyGenerator(seed).Permutation(rows);
        return (order[held..], order[..held]);
    }

    /// <summary>Rows of a dataset whose entry names <c>num_samples</c>: each once, then some again where there are too few.</summary>
    /// <param name="rows">Number of rows.</param>
    /// <param name="samples">Number to take.</param>
    /// <param name="generator">Draws for one dataset after the other.</param>
    public static int[] Sample(int rows, int samples, NumpyLegacyGenerator generator)
    {
        int[] order = generator.Permutation(rows);
        if (samples <= rows) return order[..samples];
        return rows == 0 ? [] : [.. order, .. generator.Choice(rows, samples - rows)];
    }

    /// <summary>The order of several datasets' rows, each as the number of its dataset and its row.</summary>
    /// <param name="lengths">Rows of each dataset.</param>
    /// <param name="strategy">One of <see cref="MixStrategies"/>.</param>
    /// <param name="shares">How often each dataset is drawn from; null takes them in turn.</param>
    /// <param name="seed">The seed.</param>
    /// <exception cref="InputException">The shares repeat datasets without end.</exception>
    public static IReadOnlyList<(int Set, int Row)> Mix(
        IReadOnlyList<int> lengths, string strategy, IReadOnlyList<double>? shares, int seed)
    {
        if (strategy == "concat" || lengths.Count < 2)
            return [.. lengths.SelectMany((length, set) => Enumerable.Range(0, length).Select(row => (set, row)))];
        bool repeats = strategy == "interleave_over";
        if (shares is null)
            return [.. Enumerable.Range(0, repeats ? lengths.Max() : lengths.Min())
                .SelectMany(row => lengths.Select((length, set) => (set, row % Math.Max(length, 1))))];
        return Draw(lengths, shares, new NumpyGenerator(seed), repeats);
    }

    private static List<(int Set, int Row)> Draw(IReadOnlyList<int> lengths, IReadOnlyList<double> shares, NumpyGenerator generator,
        bool repeats)
    {
        double[] edges = new double[shares.Count];
        double sum = 0;
        for (int i = 0; i < edges.Length; i++) edges[i] = sum += shares[i];
        for (int i = 0; i < edges.Length; i++) edges[i] /= sum;
        int[] next = new int[lengths.Count];
        bool[] done = new bool[lengths.Count];
        List<(int Set, int Row)> order = new();
        while (repeats ? done.Any(ended => !ended) : done.All(ended => !ended))
        {
            double drawn = generator.NextDouble();
            int set = Array.FindIndex(edges, edge => edge > drawn);
            order.Add((set, next[set]));
            if (order.Count > MostRounds * lengths.Sum())
                throw new InputException("interleave_probs: one dataset is drawn so rarely that the others would be repeated without end");
            if (++next[set] < lengths[set]) continue;
            (done[set], next[set]) = (true, 0);
        }
        return order;
    }
}
