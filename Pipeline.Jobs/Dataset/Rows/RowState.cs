namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>Whether a row is part of its dataset.</summary>
public enum RowState
{
    /// <summary>It is.</summary>
    Kept,
    /// <summary>It is not, for a stated reason; it can still be looked at.</summary>
    Rejected,
    /// <summary>It is, as a person changed it.</summary>
    Edited,
}
