namespace Pipeline.Data.Entities;

/// <summary>"Hand this item to the queue": written in the transaction that makes the item ready, deleted once handed over.</summary>
public sealed class OutboxMessage
{
    private OutboxMessage() { }

    /// <summary>A message for an item.</summary>
    public OutboxMessage(Guid itemId, Stage stage, DateTimeOffset? notBefore = null)
    {
        ItemId = itemId;
        Stage = stage;
        NotBefore = notBefore;
    }

    /// <summary>Order of writing.</summary>
    public long Id { get; private init; }
    /// <summary>The item.</summary>
    public Guid ItemId { get; private init; }
    /// <summary>Its stage, which names job and queue.</summary>
    public Stage Stage { get; private init; }
    /// <summary>Not handed over before this time (back-off).</summary>
    public DateTimeOffset? NotBefore { get; private init; }
}
