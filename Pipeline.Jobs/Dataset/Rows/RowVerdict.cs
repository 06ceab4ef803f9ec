namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>What a check found.</summary>
/// <param name="Check">Its name, such as <c>numbers_in_source</c>.</param>
/// <param name="Passed">Whether the row may stay.</param>
/// <param name="Detail">What was found, where it did not pass.</param>
public sealed record RowVerdict(string Check, bool Passed, string? Detail = null);
