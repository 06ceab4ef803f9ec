namespace Pipeline.Models.Generation;

/// <summary>
/// Random numbers for drawing tokens: the same for a seed on every machine and runtime version, which System.Random does not
/// promise. Algorithm: SplitMix64 (Steele, Lea, Flood 2014).
/// </summary>
internal sealed class DrawGenerator(ulong seed)
{
    private ulong _state = seed;

    /// <summary>Uniform in [0, 1).</summary>
    public double NextDouble()
    {
        _state += 0x9E3779B97F4A7C15;
        ulong z = _state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return ((z ^ (z >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
