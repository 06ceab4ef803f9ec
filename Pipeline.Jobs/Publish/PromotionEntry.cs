using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Publish;

/// <summary>A decision about which adapter serves a name.</summary>
/// <param name="Id">The decision.</param>
/// <param name="Name">Name that is served.</param>
/// <param name="Decision">What was decided.</param>
/// <param name="Adapter">Adapter that was judged; after a rollback, the one that serves again.</param>
/// <param name="Against">Adapter that served until then and was compared with; null when none did.</param>
/// <param name="RunId">Run that decided, or null when a person did.</param>
/// <param name="Loss">Held-out loss of the adapter, nats per target token.</param>
/// <param name="ReferenceLoss">Loss on the same examples of <paramref name="Against"/>, or of the base model when there was none.</param>
/// <param name="Margin">What the lower bound of its gain had to exceed, as a share of the questions.</param>
/// <param name="Tokens">Target tokens of the held-out examples.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="By">Who decided.</param>
/// <param name="CreatedAt">When.</param>
public sealed record PromotionEntry(
    Guid Id, string Name, PromotionKind Decision, string Adapter, string? Against, Guid? RunId,
    double? Loss, double? ReferenceLoss, double? Margin, long? Tokens, string Reason, string By, DateTimeOffset CreatedAt)
{
    /// <summary>Share of the reference loss by which it is better; negative when worse, null when nothing was compared.</summary>
    public double? Improvement => Loss is { } loss && ReferenceLoss is { } reference ? reference > 0 ? (reference - loss) / reference : 0 : null;
}
