using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>A difference between two datasets.</summary>
/// <param name="Change"><see cref="Added"/>, <see cref="Removed"/> or <see cref="Changed"/>.</param>
/// <param name="Before">The row in the first dataset; null where it is added.</param>
/// <param name="After">The row in the second; null where it is removed.</param>
/// <param name="Reason">Why the second one rejects it, where it does.</param>
public sealed record RowChange(string Change, Row? Before, Row? After, string? Reason = null)
{
    /// <summary>Only the second has it.</summary>
    public const string Added = "added";

    /// <summary>Only the first has it.</summary>
    public const string Removed = "removed";

    /// <summary>The same wording of the same fact with other content, or a row that a person edited.</summary>
    public const string Changed = "changed";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Added, Removed, Changed];
}
