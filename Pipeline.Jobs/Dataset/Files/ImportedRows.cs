using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Files;

/// <summary>What was read of a user's file or folder.</summary>
/// <param name="Rows">Rows in the order of the files. Equal ones are all there.</param>
/// <param name="Skipped">Rows that cannot be used, with their place.</param>
/// <param name="Warnings">What a reader should know, in words: how many rows have an empty answer.</param>
public sealed record ImportedRows(IReadOnlyList<Row> Rows, IReadOnlyList<SkippedRow> Skipped, IReadOnlyList<string> Warnings);
