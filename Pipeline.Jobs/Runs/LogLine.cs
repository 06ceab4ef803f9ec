namespace Pipeline.Jobs.Runs;

/// <summary>One log line of a run.</summary>
public sealed record LogLine(
    long Id, DateTimeOffset At, string Level, string Category, string Message, string? Exception, string? Stage, Guid? ItemId, int? Attempt, string? Worker);
