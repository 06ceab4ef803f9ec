namespace Pipeline.Jobs.Dataset.Writing.Replies;

/// <summary>A fact of a reply, not yet compared with the text.</summary>
/// <param name="Subject">What it is about.</param>
/// <param name="Attribute">What of it, or null.</param>
/// <param name="Value">The answer.</param>
/// <param name="Quote">Words of the text that it cites, or null.</param>
internal sealed record ReadFact(string Subject, string? Attribute, string Value, string? Quote);
