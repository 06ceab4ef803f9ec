namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>What made a row.</summary>
/// <param name="Name"><c>phrasebook</c>, <c>model</c>, <c>text</c>, <c>import</c>, <c>person</c>.</param>
/// <param name="Wording">Key of the phrasing or prompt: stable over runs and versions, for instance <c>table.question.3</c>.</param>
/// <param name="Version">Version of the phrasings or of the prompt.</param>
/// <param name="Model">Model that wrote it, or null.</param>
public sealed record RowGenerator(string Name, string Wording, string Version, string? Model = null);
