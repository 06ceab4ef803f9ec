namespace Pipeline.Models.Layers;

/// <summary>Rotary position settings of <c>config.json</c>.</summary>
public sealed record RopeConfig
{
    /// <summary>Kind of frequencies.</summary>
    public RopeKind Kind { get; init; }

    /// <summary>Base of the frequencies, <c>rope_theta</c>.</summary>
    public double Theta { get; init; } = 10000;

    /// <summary>Rotated dimensions of a head: <c>head_dim × partial_rotary_factor</c>.</summary>
    public int Dimensions { get; init; }

    /// <summary>Length the model was first trained at; zero where the kind does not use it.</summary>
    public int OriginalMaxPositions { get; init; }

    /// <summary>Longrope divisors up to <see cref="OriginalMaxPositions"/>, one per frequency.</summary>
    public IReadOnlyList<double> ShortFactor { get; init; } = [];

    /// <summary>Longrope divisors beyond <see cref="OriginalMaxPositions"/>, one per frequency.</summary>
    public IReadOnlyList<double> LongFactor { get; init; } = [];

    /// <summary>Multiplies cosine and sine (longrope), else 1.</summary>
    public double AttentionFactor { get; init; } = 1;

    /// <summary>Llama 3 <c>factor</c>.</summary>
    public double Factor { get; init; } = 1;

    /// <summary>Llama 3 <c>low_freq_factor</c>.</summary>
    public double LowFreqFactor { get; init; } = 1;

    /// <summary>Llama 3 <c>high_freq_factor</c>.</summary>
    public double HighFreqFactor { get; init; } = 4;

    /// <summary>Frequencies per axis (time, height, width) of <see cref="RopeKind.Mrope"/>.</summary>
    public IReadOnlyList<int> MropeSection { get; init; } = [];
}
