using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>A row of a dataset as a reviewer sees it.</summary>
/// <param name="Ordinal">Position in the dataset from 0.</param>
/// <param name="Row">The row.</param>
/// <param name="Decision">What the draft says about it, or null.</param>
public sealed record RowEntry(int Ordinal, Row Row, DraftDecision? Decision);
