using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Mix;

/// <summary>What is trained, and how often.</summary>
/// <param name="Rows">All rows that went in, in their order: documents, text, files. Those that are not taken are rejected.</param>
/// <param name="Times">How often a row is trained, by its hash, where that is not once.</param>
/// <param name="Counts">What each source gave.</param>
public sealed record MixResult(IReadOnlyList<Row> Rows, IReadOnlyDictionary<string, int> Times, IReadOnlyList<MixCount> Counts);
