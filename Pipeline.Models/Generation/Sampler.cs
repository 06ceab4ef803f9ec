namespace Pipeline.Models.Generation;

/// <summary>
/// Chooses the next token of one sequence from its scores: repetition penalty, temperature, top-k, top-p, in the order
/// of transformers.
/// </summary>
internal sealed class Sampler
{
    private readonly GenerationOptions _options;
    private readonly DrawGenerator _random;
    private readonly HashSet<int> _seen = [];

    /// <param name="options">Validated options.</param>
    /// <param name="prompt">Tokens that count as seen.</param>
    /// <param name="row">Row in the batch; rows draw independently, and row 0 like a batch of one.</param>
    public Sampler(GenerationOptions options, IEnumerable<int> prompt, int row)
    {
        _options = options;
        _random = new DrawGenerator(unchecked((ulong)options.Seed + (ulong)row * 0xD1342543DE82EF95));
        if (options.RepetitionPenalty != 1)
            _seen.UnionWith(prompt);
    }

    /// <param name="scores">[vocab], changed by the call.</param>
    /// <returns>The chosen id.</returns>
    public int Next(Span<float> scores)
    {
        foreach (int id in _seen)
        {
            if (id < scores.Length)
                scores[id] = (float)(scores[id] < 0 ? scores[id] * _options.RepetitionPenalty : scores[id] / _options.RepetitionPenalty);
        }
        int best = IndexOfMax(scores);
        int chosen = _options.Temperature == 0 ? best : Draw(scores, scores[best]);
        if (_options.RepetitionPenalty != 1)
            _seen.Add(chosen);
        return chosen;
    }

    private int Draw(ReadOnlySpan<float> scores, float max)
    {
        double[] weights = new double[scores.Length];
        double total = 0;
        for (int i = 0; i < weights.Length; i++)
            total += weights[i] = Math.Exp((scores[i] - max) / _options.Temperature);
        bool all = _options.TopP >= 1 && (_options.TopK == 0 || _options.TopK >= weights.Length);
        return all ? Pick(weights, null, weights.Length, total) : DrawLikeliest(scores, weights, total);
    }

    /// <summary>
    /// Draws from the head of the tokens by score (different scores can have the same weight): top-k of all, then top-p of
    /// those.
    /// </summary>
    private int DrawLikeliest(ReadOnlySpan<float> scores, double[] weights, double total)
    {
        bool limited = _options.TopK > 0 && _options.TopK < weights.Length;
        int most = limited ? _options.TopK : weights.Length;
        // Sorting a large vocabulary at every token is slow, and the head is nearly always among its few heavy entries.
        foreach (double least in (ReadOnlySpan<double>)[1e-4, 1e-9, 0])
        {
            int[] order = [.. Enumerable.Range(0, weights.Length).Where(i => weights[i] >= least)];
            if (limited && order.Length < most)
                continue;
            float[] descending = new float[order.Length];
            for (int i = 0; i < order.Length; i++)
                descending[i] = -scores[order[i]];
            Array.Sort(descending, order);
            double enough = _options.TopP * (limited ? order.Take(most).Sum(i => weights[i]) : total);
            int kept = 0;
            double mass = 0;
            while (kept < Math.Min(most, order.Length) && (kept == 0 || mass < enough))
                mass += weights[order[kept++]];
            if (kept == most || mass >= enough || least == 0)
                return Pick(weights, order, kept, mass);
        }
        throw new InvalidOperationException("The last threshold keeps every token.");
    }

    private int Pick(double[] weights, int[]? order, int count, double total)
    {
        double left = _random.NextDouble() * total;
        int last = 0;
        for (int i = 0; i < count; i++)
        {
            int id = order is null ? i : order[i];
            if (weights[id] == 0)
                continue;
            last = id;
            left -= weights[id];
            if (left < 0)
                break;
        }
        return last;       // rounding may leave a remainder: then the last token with any weight
    }

    private static int IndexOfMax(ReadOnlySpan<float> scores)
    {
        int best = 0;
        for (int i = 1; i < scores.Length; i++)
        {
            if (scores[i] > scores[best])
                best = i;
        }
        return best;
    }
}
