namespace Pipeline.Models.Runtime;

/// <summary>
/// Random numbers whose whole state is one number that can be saved: the same on every machine and runtime version.
/// Algorithm: SplitMix64 (Steele, Lea, Flood 2014).
/// </summary>
public sealed class RandomState(ulong state)
{
    /// <summary>The state; a generator made from it continues with the same numbers.</summary>
    public ulong State { get; private set; } = state;

    /// <summary>64 random bits.</summary>
    public ulong NextBits()
    {
        State += 0x9E3779B97F4A7C15;
        ulong z = State;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in [0, <paramref name="bound"/>).</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bound"/> is not positive.</exception>
    public int Next(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        return (int)Math.BigMul(NextBits(), (ulong)bound, out _);
    }

    /// <summary>Puts items into random order, in place.</summary>
    public void Shuffle<T>(Span<T> items)
    {
        for (int i = items.Length - 1; i > 0; i--)
        {
            int j = Next(i + 1);
            (items[i], items[j]) = (items[j], items[i]);
        }
    }
}
