namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>What came of closing a draft.</summary>
/// <param name="Version">The new version; null where none was made.</param>
/// <param name="Refusal">Why not.</param>
public sealed record ClosedDraft(DatasetVersion? Version, string? Refusal);
