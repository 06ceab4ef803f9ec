using System.Numerics;

namespace Pipeline.Models.Runtime.Numpy;

/// <summary>What numpy's generators make of their random bits in the same way.</summary>
internal abstract class NumpyRandom
{
    /// <summary>All numbers below a count in a random order: <c>permutation(count)</c>.</summary>
    public int[] Permutation(int count)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        for (int i = count - 1; i >= 1; i--)
        {
            int j = (int)Bounded((uint)i);
            (order[i], order[j]) = (order[j], order[i]);
        }
        return order;
    }

    /// <summary>The next 32 random bits.</summary>
    protected abstract uint NextWord();

    /// <summary>A number up to a bound: bits up to the highest one of the bound, drawn again while they are above it.</summary>
    protected uint Bounded(uint most)
    {
        if (most == 0) return 0;
        uint mask = uint.MaxValue >> BitOperations.LeadingZeroCount(most);
        uint value;
        do value = NextWord() & mask;
        while (value > most);
        return value;
    }
}
