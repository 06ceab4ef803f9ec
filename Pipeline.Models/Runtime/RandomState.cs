namespace Pipeline.Models.Runtime;

/// <summary>
/// The randomness of a training, as a function of the seed and the position instead of a moving state: the same position draws
/// the same numbers, with or without a resume. Generator: SplitMix64 (Steele et al., 2014).
/// </summary>
/// <param name="seed">The training's seed.</param>
internal sealed class RandomState(long seed)
{
    internal const ulong Weyl = 0x9E3779B97F4A7C15;

    /// <summary>The order of the examples in an epoch.</summary>
    public int[] Permutation(int epoch, int count) => Permutation(Start(1, epoch, 0), count);

    /// <summary>The order of the general examples in an epoch, the first or a further time through them.</summary>
    public int[] RetentionOrder(int epoch, int round, int count) => Permutation(Start(4, epoch, round), count);

    private static int[] Permutation(ulong state, int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i > 0; i--)
        {
            state += Weyl;
            // Reduction by multiplication; its bias is below 2^-32.
            int j = (int)(((Mix(state) >> 32) * (ulong)(i + 1)) >> 32);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    /// <summary>Seed of the dropout masks of one micro-step.</summary>
    public long DropoutSeed(int step, int microStep) => (long)(Start(2, step, microStep) >> 1);

    /// <summary>Seed of the noise on the embeddings of one micro-step.</summary>
    public long NoiseSeed(int step, int microStep) => (long)(Start(3, step, microStep) >> 1);

    private ulong Start(ulong purpose, int major, int minor) =>
        Mix(Mix(Mix((ulong)seed + Weyl * purpose) + Weyl * (ulong)(major + 1)) + Weyl * (ulong)(minor + 1));

    internal static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
