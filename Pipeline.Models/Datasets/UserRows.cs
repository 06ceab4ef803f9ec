namespace Pipeline.Models.Datasets;

/// <summary>What was read of a user's file.</summary>
/// <param name="Rows">Rows that can be used, in the order of the file.</param>
/// <param name="Skipped">Rows that cannot, with number and line from 1 and the reason.</param>
public sealed record UserRows(IReadOnlyList<UserRow> Rows, IReadOnlyList<(int Number, int Line, string Reason)> Skipped);
