namespace Pipeline.Data.Entities;

/// <summary>A stable name that clients request, and the promotion that decides which adapter answers.</summary>
public sealed class ServedName
{
    private ServedName() { }

    /// <summary>A name that is served from now on.</summary>
    /// <param name="name">The name.</param>
    public ServedName(string name) => Name = name;

    /// <summary>The name; no adapter has it.</summary>
    public string Name { get; private init; } = "";
    /// <summary>The promotion in force.</summary>
    public Guid PromotionId { get; private set; }
    /// <summary>The decision that put it in force: itself, or a rollback to it.</summary>
    public Guid DecisionId { get; private set; }

    /// <summary>Puts another promotion in force.</summary>
    public void Follow(Guid promotionId, Guid decisionId) => (PromotionId, DecisionId) = (promotionId, decisionId);
}
