namespace Pipeline.Data.Entities;

/// <summary>One log line. Written in batches by the log sink, read by the run page.</summary>
public sealed class LogEntry
{
    /// <summary>Order of writing.</summary>
    public long Id { get; init; }
    /// <summary>When it was written.</summary>
    public DateTimeOffset At { get; init; }
    /// <summary>Information, Warning, …</summary>
    public required string Level { get; init; }
    /// <summary>Logger category.</summary>
    public required string Category { get; init; }
    /// <summary>Message.</summary>
    public required string Message { get; init; }
    /// <summary>Exception with stack.</summary>
    public string? Exception { get; init; }
    /// <summary>Run it concerns.</summary>
    public Guid? RunId { get; init; }
    /// <summary>Item it concerns.</summary>
    public Guid? ItemId { get; init; }
    /// <summary>Stage it concerns.</summary>
    public string? Stage { get; init; }
    /// <summary>Attempt it concerns.</summary>
    public int? Attempt { get; init; }
    /// <summary>Worker that wrote it.</summary>
    public string? Worker { get; init; }
    /// <summary>Queue entry during which it was written.</summary>
    public string? JobId { get; init; }
}
