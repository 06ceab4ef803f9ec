namespace Pipeline.Models.Datasets;

/// <summary>A piece of general text: a conversation or prose.</summary>
/// <param name="Language">By ISO 639-1; empty where the file does not say.</param>
/// <param name="Example">Question and answer; null for prose.</param>
/// <param name="Text">Prose; empty for a conversation.</param>
public sealed record GeneralRow(string Language, InstructionExample? Example, string Text);
