namespace Pipeline.Data.Entities;

/// <summary>Why an item failed, which decides whether it is tried again.</summary>
public enum FailureKind
{
    /// <summary>The input is at fault: recorded with its message, not retried, other documents go on.</summary>
    Input,
    /// <summary>Storage or network trouble: retried with growing pauses.</summary>
    Transient,
    /// <summary>A fault of this program: recorded with its stack, not retried.</summary>
    Bug,
    /// <summary>The workers died each time they held the item.</summary>
    Crash,
}
