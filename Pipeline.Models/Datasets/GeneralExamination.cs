namespace Pipeline.Models.Datasets;

/// <summary>What shows whether a model still knows what it knew.</summary>
/// <param name="Questions">Questions with accepted answers.</param>
/// <param name="Prose">Paragraphs, for the loss of every token.</param>
public sealed record GeneralExamination(IReadOnlyList<GeneralQuestion> Questions, IReadOnlyList<GeneralRow> Prose);
