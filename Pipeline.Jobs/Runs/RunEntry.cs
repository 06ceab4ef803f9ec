using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs;

/// <summary>A run in a list.</summary>
public sealed record RunEntry(
    Guid Id, string Name, string? SourceFolder, RunState State, string? Error,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt,
    int Documents, int ItemsDone, int ItemsOpen, int ItemsFailed, Stage? Stage);
