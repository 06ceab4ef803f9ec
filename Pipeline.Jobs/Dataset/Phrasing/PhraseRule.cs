namespace Pipeline.Jobs.Dataset.Phrasing;

/// <summary>What a group of wordings must have.</summary>
/// <param name="Fewest">Wordings that a language needs at least.</param>
/// <param name="Places">Places that each wording has.</param>
internal sealed record PhraseRule(int Fewest, IReadOnlyList<string> Places);
