namespace Pipeline.Models.Runtime.Numpy;

/// <summary>
/// The numbers of numpy's old global generator after <c>numpy.random.seed(seed)</c>. Generator: MT19937 (Matsumoto and Nishimura, 1998).
/// </summary>
internal sealed class NumpyLegacyGenerator : NumpyRandom
{
    private const int Words = 624, Shift = 397;

    private readonly uint[] _state = new uint[Words];
    private int _at = Words;

    /// <param name="seed">The seed, 0 or more.</param>
    public NumpyLegacyGenerator(int seed)
    {
        _state[0] = (uint)seed;
        for (uint i = 1; i < Words; i++)
            _state[i] = unchecked(1812433253u * (_state[i - 1] ^ (_state[i - 1] >> 30)) + i);
    }

    /// <summary>Numbers below a bound, each drawn from all of them: <c>choice(bound, count)</c>.</summary>
    public int[] Choice(int bound, int count) => [.. Enumerable.Range(0, count).Select(_ => (int)Bounded((uint)bound - 1))];

    protected override uint NextWord()
    {
        if (_at == Words) Refill();
        uint y = _state[_at++];
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c5680;
        y ^= (y << 15) & 0xefc60000;
        return y ^ (y >> 18);
    }

    private void Refill()
    {
        for (int i = 0; i < Words; i++)
        {
            uint y = (_state[i] & 0x80000000) | (_state[(i + 1) % Words] & 0x7fffffff);
            _state[i] = _state[(i + Shift) % Words] ^ (y >> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
        }
        _at = 0;
    }
}
