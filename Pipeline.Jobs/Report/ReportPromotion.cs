namespace Pipeline.Jobs.Report;

/// <summary>Whether the adapter took a served name.</summary>
/// <param name="ServedName">The name; null where the run serves none, and the reasons say what would have been decided.</param>
/// <param name="Promoted">Whether it may serve.</param>
/// <param name="Reasons">Why, one sentence each, in the language of the report.</param>
public sealed record ReportPromotion(string? ServedName, bool Promoted, IReadOnlyList<string> Reasons);
