using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs.Observation;

/// <summary>One log line of a run.</summary>
public sealed record LogLine(
    long Id, DateTimeOffset At, string Level, string Category, string Message, string? Exception, string? Stage, Guid? ItemId,
    int? Attempt, string? Worker)
{
    internal static LogLine Of(LogEntry l) =>
        new(l.Id, l.At, l.Level, l.Category, l.Message, l.Exception, l.Stage, l.ItemId, l.Attempt, l.Worker);
}
