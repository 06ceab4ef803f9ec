namespace Pipeline.Jobs.Publish;

/// <summary>What came of asking for another adapter.</summary>
/// <param name="Done">The change, or null when it was refused.</param>
/// <param name="Refusal">Why it was refused.</param>
public sealed record ServedChange(PromotionEntry? Done, string? Refusal);
