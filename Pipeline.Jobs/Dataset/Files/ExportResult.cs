namespace Pipeline.Jobs.Dataset.Files;

/// <summary>What was written.</summary>
/// <param name="Files">The files.</param>
/// <param name="Rows">Rows in them.</param>
/// <param name="LeftOut">Rows that the format has no columns for.</param>
public sealed record ExportResult(IReadOnlyList<string> Files, int Rows, int LeftOut);
