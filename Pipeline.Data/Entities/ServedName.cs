namespace Pipeline.Data.Entities;

/// <summary>A stable name that is asked for, and the promotion that says which adapter answers.</summary>
public sealed class ServedName
{
    private ServedName() { }

    /// <summary>A name that begins to be served.</summary>
    /// <param name="name">The name.</param>
    public ServedName(string name) => Name = name;

    /// <summary>The name; no adapter has it.</summary>
    public string Name { get; private init; } = "";
    /// <summary>The promotion in force.</summary>
    public Guid PromotionId { get; private set; }
    /// <summary>The decision that put it in force: itself, or a rollback to it.</summary>
    public Guid DecisionId { get; private set; }

    /// <summary>Lets another promotion be in force.</summary>
    public void Follow(Guid promotionId, Guid decisionId) => (PromotionId, DecisionId) = (promotionId, decisionId);
}
