namespace Pipeline.Data.Entities;

/// <summary>Why an item failed, which decides whether it is retried.</summary>
public enum FailureKind
{
    /// <summary>The input is at fault: recorded with its message, not retried; other documents continue.</summary>
    Input,
    /// <summary>Storage or network trouble: retried with increasing delays.</summary>
    Transient,
    /// <summary>A fault of this program: recorded with its stack, not retried.</summary>
    Bug,
    /// <summary>The workers died each time they held the item.</summary>
    Crash,
}
