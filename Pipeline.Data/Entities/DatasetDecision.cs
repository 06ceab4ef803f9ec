namespace Pipeline.Data.Entities;

/// <summary>What a person wants changed in the next version of a dataset: a part of its draft.</summary>
public sealed class DatasetDecision
{
    /// <summary>Dataset that is reviewed.</summary>
    public Guid DatasetId { get; init; }
    /// <summary>Hash of the row.</summary>
    public required string Hash { get; init; }
    /// <summary><c>accept</c>, <c>reject</c> or <c>edit</c>.</summary>
    public required string Decision { get; set; }
    /// <summary>The row as edited, as JSON; null otherwise.</summary>
    public string? Row { get; set; }
    /// <summary>Who.</summary>
    public required string Author { get; set; }
    /// <summary>Why, in the person's words.</summary>
    public string? Reason { get; set; }
    /// <summary>When.</summary>
    public DateTimeOffset DecidedAt { get; set; }
}
