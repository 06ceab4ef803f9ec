namespace Pipeline.Jobs.Dataset.Rows;

/// <summary>What a kept row is for.</summary>
public enum RowSplit
{
    /// <summary>Nothing: it was rejected.</summary>
    None,
    /// <summary>It is trained.</summary>
    Train,
    /// <summary>A wording that is never trained: early stopping and the loss on held-out wordings look at it.</summary>
    Eval,
    /// <summary>A wording that is never trained, for the examination alone.</summary>
    Exam,
}
