using System.Numerics;

namespace Pipeline.Models.Runtime.Numpy;

/// <summary>
/// The numbers of numpy's <c>default_rng(seed)</c>, for choices of rows that must be those of Python programs. Generator: PCG64
/// (XSL-RR, O'Neill 2014), seeded by numpy's SeedSequence.
/// </summary>
internal sealed class NumpyGenerator : NumpyRandom
{
    private const int PoolWords = 4;
    private static readonly UInt128 Multiplier = new(0x2360ED051FC65DA4, 0x4385DF649FCCF645);

    private readonly UInt128 _increment;
    private UInt128 _state;
    private uint? _half;

    /// <param name="seed">The seed, 0 or more.</param>
    public NumpyGenerator(int seed)
    {
        ulong[] words = StateWords((uint)seed);
        _increment = (new UInt128(words[2], words[3]) << 1) | 1;
        Step();
        _state += new UInt128(words[0], words[1]);
        Step();
    }

    /// <summary>A number of 0 or more and below 1: <c>random()</c>.</summary>
    public double NextDouble() => (Next() >> 11) * (1.0 / (1UL << 53));

    protected override uint NextWord()
    {
        if (_half is { } kept)
        {
            _half = null;
            return kept;
        }
        ulong next = Next();
        _half = (uint)(next >> 32);
        return (uint)next;
    }

    private ulong Next()
    {
        Step();
        ulong high = (ulong)(_state >> 64), low = (ulong)_state;
        return BitOperations.RotateRight(high ^ low, (int)(high >> 58));
    }

    private void Step() => _state = unchecked(_state * Multiplier + _increment);

    private static ulong[] StateWords(uint seed)
    {
        uint hash = 0x43b0d7e5;
        uint[] pool = new uint[PoolWords];
        for (int i = 0; i < PoolWords; i++) pool[i] = Hash(i == 0 ? seed : 0, ref hash, 0x931e8875);
        for (int from = 0; from < PoolWords; from++)
            for (int to = 0; to < PoolWords; to++)
                if (from != to) pool[to] = Mix(pool[to], Hash(pool[from], ref hash, 0x931e8875));

        uint output = 0x8b51f9dd;
        uint[] words = [.. Enumerable.Range(0, 2 * PoolWords).Select(i => Hash(pool[i % PoolWords], ref output, 0x58f38ded))];
        return [.. words.Chunk(2).Select(pair => pair[0] | ((ulong)pair[1] << 32))];
    }

    private static uint Hash(uint value, ref uint constant, uint multiplier)
    {
        unchecked
        {
            value ^= constant;
            constant *= multiplier;
            value *= constant;
            return value ^ (value >> 16);
        }
    }

    private static uint Mix(uint x, uint y)
    {
        uint mixed = unchecked(0xca01f9ddu * x - 0x4973f715u * y);
        return mixed ^ (mixed >> 16);
    }
}
