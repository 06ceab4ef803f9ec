using System.Globalization;

namespace Pipeline.Jobs.Publish;

/// <summary>When an adapter is good enough.</summary>
internal static class PromotionRule
{
    /// <summary>Compares two losses on the same examples.</summary>
    /// <param name="loss">Held-out loss of the adapter, nats per target token.</param>
    /// <param name="reference">The same of what it would replace.</param>
    /// <param name="margin">Share of the reference by which it must be better.</param>
    /// <param name="against">What it would replace, for the reason.</param>
    /// <returns>Whether it is better by the margin, and the reason with its numbers.</returns>
    public static (bool Promote, string Reason) Decide(double loss, double reference, double margin, string against)
    {
        CultureInfo c = CultureInfo.InvariantCulture;
        if (!double.IsFinite(loss) || !double.IsFinite(reference))
            return (false, string.Create(c, $"its held-out loss ({loss:F4}) or that of {against} ({reference:F4}) is not a number"));
        double improvement = Improvement(loss, reference);
        string comparison = string.Create(c,
            $"held-out loss {loss:F4} is {Math.Abs(improvement) * 100:F1} % {(improvement < 0 ? "above" : "below")} {reference:F4} of "
            + $"{against}");
        bool promote = improvement > 0 && improvement >= margin;
        return (promote, string.Create(c, $"{comparison}; {(promote ? "the margin is" : "it must be below by")} {margin * 100:0.###} %"));
    }

    /// <summary>Share of the reference loss that is gained; negative when the loss is higher.</summary>
    public static double Improvement(double loss, double reference) => reference > 0 ? (reference - loss) / reference : 0;
}
