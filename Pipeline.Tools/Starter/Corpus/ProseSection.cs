namespace Pipeline.Tools.Starter.Corpus;

/// <summary>A heading, which may be empty, and the paragraphs below it.</summary>
internal sealed record ProseSection(string Heading, List<string> Paragraphs);
