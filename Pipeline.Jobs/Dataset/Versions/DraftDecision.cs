using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>What a person wants changed in the next version.</summary>
/// <param name="Hash">Hash of the row.</param>
/// <param name="Decision"><see cref="Accept"/>, <see cref="Reject"/> or <see cref="Edit"/>.</param>
/// <param name="Edited">The row as edited; null otherwise.</param>
/// <param name="Author">Who.</param>
/// <param name="Reason">Why, in the person's words.</param>
/// <param name="DecidedAt">When.</param>
public sealed record DraftDecision(string Hash, string Decision, Row? Edited, string Author, string? Reason, DateTimeOffset DecidedAt)
{
    /// <summary>The row is part of the dataset, whatever checks said.</summary>
    public const string Accept = "accept";

    /// <summary>The row is not part of the dataset.</summary>
    public const string Reject = "reject";

    /// <summary>The row is part of the dataset as it is edited.</summary>
    public const string Edit = "edit";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [Accept, Reject, Edit];
}
