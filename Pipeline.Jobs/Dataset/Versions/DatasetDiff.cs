namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>How two datasets differ.</summary>
/// <param name="Before">The first.</param>
/// <param name="After">The second.</param>
/// <param name="Added">Rows that only the second has.</param>
/// <param name="Removed">Rows that only the first has.</param>
/// <param name="Changed">Rows with other content in the second.</param>
/// <param name="Rows">A page of the differences: rows of the first in its order, then those that only the second has.</param>
public sealed record DatasetDiff(DatasetVersion Before, DatasetVersion After, int Added, int Removed, int Changed,
    IReadOnlyList<RowChange> Rows);
