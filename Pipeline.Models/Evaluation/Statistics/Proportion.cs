namespace Pipeline.Models.Evaluation.Statistics;

/// <summary>A share of questions with Wilson's 95 % interval.</summary>
/// <param name="Count">Questions of which something is true.</param>
/// <param name="Total">All of them.</param>
public sealed record Proportion(int Count, int Total)
{
    internal const double Normal95 = 1.959963984540054;

    /// <summary>The share, 0 to 1; 0 of none.</summary>
    public double Share => Total == 0 ? 0 : (double)Count / Total;

    /// <summary>Lower bound, 0 to 1.</summary>
    public double Low => Wilson(Share, Total).Low;

    /// <summary>Upper bound, 0 to 1.</summary>
    public double High => Wilson(Share, Total).High;

    /// <summary>Wilson's score interval of a share.</summary>
    /// <param name="share">The share, 0 to 1.</param>
    /// <param name="size">Observations it rests on; effective ones need not be whole.</param>
    internal static (double Low, double High) Wilson(double share, double size)
    {
        if (size <= 0) return (0, 1);
        double z = Normal95 * Normal95 / size;
        double middle = (share + z / 2) / (1 + z);
        double half = Normal95 * Math.Sqrt(share * (1 - share) / size + z / (4 * size)) / (1 + z);
        return (Math.Clamp(middle - half, 0, share), Math.Clamp(middle + half, share, 1));
    }
}
