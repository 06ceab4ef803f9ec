namespace Pipeline.Data.Entities;

/// <summary>
/// A decision about which adapter serves a name: by a run after its evaluation, or by a person. Never changed or removed.
/// </summary>
public sealed class Promotion
{
    /// <summary>Identity; sorts by time.</summary>
    public Guid Id { get; init; } = Guid.CreateVersion7();
    /// <summary>Name that is served.</summary>
    public required string Name { get; init; }
    /// <summary>What was decided.</summary>
    public PromotionKind Kind { get; init; }
    /// <summary>The adapter that was judged; after a rollback, the one that serves again.</summary>
    public Guid AdapterId { get; init; }
    /// <summary>The adapter that served the name until then and was the reference; null when there was none.</summary>
    public Guid? AgainstId { get; init; }
    /// <summary>Of a promotion: the one in force before, which a rollback returns to.</summary>
    public Guid? PreviousId { get; init; }
    /// <summary>Run that decided, or null when a person did.</summary>
    public Guid? RunId { get; init; }
    /// <summary>Held-out loss of the adapter, in nats per target token.</summary>
    public double? Loss { get; init; }
    /// <summary>Loss on the same examples of <see cref="AgainstId"/>, or of the base model when there was none.</summary>
    public double? ReferenceLoss { get; init; }
    /// <summary>What the lower bound of its gain had to exceed, as a share of the questions; of older decisions a share of the loss.</summary>
    public double? Margin { get; init; }
    /// <summary>Target tokens that both losses are the mean of.</summary>
    public long? Tokens { get; init; }
    /// <summary>Why, for people.</summary>
    public required string Reason { get; init; }
    /// <summary>Who decided.</summary>
    public required string By { get; init; }
    /// <summary>When.</summary>
    public DateTimeOffset CreatedAt { get; init; }
}
