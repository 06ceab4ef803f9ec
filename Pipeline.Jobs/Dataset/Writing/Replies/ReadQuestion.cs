namespace Pipeline.Jobs.Dataset.Writing.Replies;

/// <summary>A question of a reply.</summary>
/// <param name="Question">Trimmed; empty where the reply had none.</param>
/// <param name="Answer">Trimmed; empty where the reply had none.</param>
/// <param name="Fact">Number of the fact it belongs to, from 1; null where the reply does not say.</param>
/// <param name="Quote">Words of the text that it cites, or null.</param>
internal sealed record ReadQuestion(string Question, string Answer, int? Fact = null, string? Quote = null);
