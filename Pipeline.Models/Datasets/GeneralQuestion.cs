namespace Pipeline.Models.Datasets;

/// <summary>A question of general knowledge.</summary>
/// <param name="Language">By ISO 639-1.</param>
/// <param name="Question">As it is asked.</param>
/// <param name="Answers">Spellings of the right answer: one of them stands in a right reply.</param>
public sealed record GeneralQuestion(string Language, string Question, IReadOnlyList<string> Answers);
