namespace Pipeline.Data.Entities;

/// <summary>A row of a dataset, rejected ones included: the columns that lists are filtered by, and the whole as JSON.</summary>
public sealed class DatasetExample
{
    /// <summary>Its dataset.</summary>
    public Guid DatasetId { get; init; }
    /// <summary>Position in the dataset from 0.</summary>
    public int Ordinal { get; init; }
    /// <summary>Hash of its content.</summary>
    public required string Hash { get; init; }
    /// <summary>Fact it teaches, or empty.</summary>
    public required string Fact { get; init; }
    /// <summary>Type in snake case.</summary>
    public required string Type { get; init; }
    /// <summary>ISO 639-1.</summary>
    public required string Language { get; init; }
    /// <summary>Split in snake case.</summary>
    public required string Split { get; init; }
    /// <summary>State in snake case.</summary>
    public required string State { get; init; }
    /// <summary>Why it was rejected, or null.</summary>
    public string? Reason { get; init; }
    /// <summary>Who decided.</summary>
    public required string Author { get; init; }
    /// <summary>SHA-256 of its document; empty for rows of users' files.</summary>
    public required string DocumentSha256 { get; init; }
    /// <summary>File name of its document.</summary>
    public required string Document { get; init; }
    /// <summary>First page, or 0.</summary>
    public int Page { get; init; }
    /// <summary>The question, or the beginning of the text.</summary>
    public required string Question { get; init; }
    /// <summary>The answer.</summary>
    public required string Answer { get; init; }
    /// <summary>The whole row.</summary>
    public required string Row { get; init; }
}
