namespace Pipeline.Models.Quantization;

/// <summary>
/// The 256 values of a block's scale relative to the largest of its group: zero, then steps of a 24th of an octave up to 1,
/// which covers a range of 1 : 1,500 with at most 1.5 % error. Steps of equal ratio keep small blocks next to a large one
/// as exact as all others.
/// </summary>
internal static class Nf4Scales
{
    private const int Largest = 255;
    private const double StepsPerOctave = 24;

    /// <summary>Ascending.</summary>
    public static IReadOnlyList<float> All { get; } =
        [0, .. Enumerable.Range(1, Largest).Select(code => (float)Math.Pow(2, (code - Largest) / StepsPerOctave))];

    /// <summary>The 255 borders between neighbours. Whatever is not zero gets a scale, however small it is.</summary>
    public static IReadOnlyList<float> Borders { get; } = [0, .. All.Skip(1).Zip(All.Skip(2), (low, high) => (low + high) / 2)];
}
