namespace Pipeline.Jobs.Publish;

/// <summary>A stable name and the adapter that serves it.</summary>
/// <param name="Name">What clients ask for.</param>
/// <param name="AdapterId">The adapter.</param>
/// <param name="Adapter">Its own name.</param>
/// <param name="Previous">Adapter that a rollback returns to, or null when there is none.</param>
/// <param name="Last">The decision that made it so.</param>
public sealed record ServedNameEntry(string Name, Guid AdapterId, string Adapter, string? Previous, PromotionEntry Last);
