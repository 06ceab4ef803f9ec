using System.Text.Json.Serialization;

namespace Pipeline.Models.Evaluation.Statistics;

/// <summary>
/// How much more of the same questions one model answers right than another, with a 95 % interval. Questions of one section are alike, so
/// sections are what is drawn: the interval is that of the jackknife over sections (each left out in turn) with Student's t and one
/// degree of freedom less than there are sections, uneven ones counted as fewer (their squared sum over the sum of squares). Where
/// answers hardly differ, its spread says
/// little; so the interval is never narrower than Newcombe's for paired shares over the effective number of questions: their number
/// divided by the design effect, which is estimated and at least 1. With fewer than <see cref="FewClusters"/> sections it is at least 2;
/// with one, no spread between sections can be seen, Newcombe's stands alone, and the interval speaks of that section only. Where all
/// questions have the same outcome, each section counts as one question.
/// </summary>
public sealed record PairedDifference
{
    /// <summary>Below this number of sections the design effect is taken as at least 2.</summary>
    public const int FewClusters = 5;

    /// <summary>Questions.</summary>
    public required int Items { get; init; }

    /// <summary>Sections they come from.</summary>
    public required int Clusters { get; init; }

    /// <summary>Of the questions, those the model compared with answers right.</summary>
    public required int FirstRight { get; init; }

    /// <summary>And the model examined.</summary>
    public required int SecondRight { get; init; }

    /// <summary>Right with the model examined alone.</summary>
    public required int Gained { get; init; }

    /// <summary>Right with the model compared with alone.</summary>
    public required int Lost { get; init; }

    /// <summary>Difference of the shares, -1 to 1; positive when the model examined is better.</summary>
    public required double Mean { get; init; }

    /// <summary>Lower bound.</summary>
    public required double Low { get; init; }

    /// <summary>Upper bound.</summary>
    public required double High { get; init; }

    /// <summary>Whether the bounds rest on few sections, and speak of these rather than of the documents.</summary>
    [JsonIgnore] public bool HasFewClusters => Items > 0 && Clusters < FewClusters;

    /// <summary>Compares two models over the same questions.</summary>
    /// <param name="outcomes">All questions that both have answered; may be empty: the interval is then -1 to 1.</param>
    public static PairedDifference Of(IEnumerable<PairedOutcome> outcomes)
    {
        PairedOutcome[] all = [.. outcomes];
        (int Items, int Sum)[] clusters = [.. all.Select((outcome, i) => (Key: outcome.Cluster.Length > 0 ? outcome.Cluster : $"\0{i}",
                Difference: (outcome.Second ? 1 : 0) - (outcome.First ? 1 : 0)))
            .GroupBy(pair => pair.Key, pair => pair.Difference, StringComparer.Ordinal)
            .Select(group => (group.Count(), group.Sum()))];
        int first = all.Count(o => o.First), second = all.Count(o => o.Second);
        double mean = all.Length == 0 ? 0 : (double)(second - first) / all.Length;
        (double low, double high) = all.Length == 0 ? (-1, 1) : Interval(all, clusters, mean);
        return new PairedDifference
        {
            Items = all.Length,
            Clusters = clusters.Length,
            FirstRight = first,
            SecondRight = second,
            Gained = all.Count(o => o.Second && !o.First),
            Lost = all.Count(o => o.First && !o.Second),
            Mean = mean,
            Low = Math.Max(low, -1),
            High = Math.Min(high, 1),
        };
    }

    private static (double Low, double High) Interval(PairedOutcome[] all, (int Items, int Sum)[] clusters, double mean)
    {
        int n = all.Length, count = clusters.Length;
        double jackknife = count < 2 ? 0 : (count - 1.0) / count * clusters.Sum(cluster => Square(
            (mean * n - cluster.Sum) / (n - cluster.Items) - mean));
        double independent = all.Sum(o => Square((o.Second ? 1 : 0) - (o.First ? 1 : 0) - mean)) / (n * Math.Max(1.0, n - 1));
        double effect = independent == 0 ? (double)n / count : Math.Max(1, jackknife / independent);
        if (count < FewClusters) effect = Math.Max(effect, 2);
        (double low, double high) = Newcombe(all, n / effect);
        double even = Square(n) / clusters.Sum(cluster => Square(cluster.Items));
        double half = count < 2 ? 0 : StudentT.Quantile(0.975, Math.Max(1, even - 1)) * Math.Sqrt(jackknife);
        return (Math.Min(low, mean - half), Math.Max(high, mean + half));
    }

    /// <summary>Newcombe's interval of the difference of two paired shares (Statistics in Medicine 17, 1998: method 10).</summary>
    private static (double Low, double High) Newcombe(PairedOutcome[] all, double size)
    {
        int both = all.Count(o => o.First && o.Second), gained = all.Count(o => o.Second && !o.First),
            lost = all.Count(o => o.First && !o.Second), neither = all.Length - both - gained - lost;
        double second = (double)(both + gained) / all.Length, first = (double)(both + lost) / all.Length;
        (double secondLow, double secondHigh) = Proportion.Wilson(second, size);
        (double firstLow, double firstHigh) = Proportion.Wilson(first, size);
        double phi = Phi(both, gained, lost, neither);
        double low = second - first - Distance(second - secondLow, firstHigh - first, phi);
        double high = second - first + Distance(secondHigh - second, first - firstLow, phi);
        return (low, high);
    }

    private static double Phi(double both, double gained, double lost, double neither)
    {
        double margins = (both + gained) * (lost + neither) * (both + lost) * (gained + neither);
        if (margins == 0) return 0;
        double product = both * neither - gained * lost, half = (both + gained + lost + neither) / 2;
        // Method 10 corrects a positive association for continuity.
        return (product > half ? product - half : product > 0 ? 0 : product) / Math.Sqrt(margins);
    }

    private static double Distance(double one, double other, double phi) =>
        Math.Sqrt(Math.Max(0, one * one - 2 * phi * one * other + other * other));

    private static double Square(double value) => value * value;
}
