namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>What the cells of a column are.</summary>
internal enum ColumnKind
{
    /// <summary>Of several kinds, or of none: no facts.</summary>
    Mixed,
    /// <summary>Numbers, with or without a unit.</summary>
    Quantity,
    /// <summary>Words.</summary>
    Words,
}
