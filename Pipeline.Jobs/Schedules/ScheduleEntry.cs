namespace Pipeline.Jobs.Schedules;

/// <summary>A folder that is run at set times.</summary>
/// <param name="Id">The schedule.</param>
/// <param name="Name">Unique name.</param>
/// <param name="Cron">Cron expression of five fields, or six with seconds.</param>
/// <param name="TimeZone">IANA time zone of the expression.</param>
/// <param name="Folder">Absolute folder of documents.</param>
/// <param name="Options">Settings of its runs.</param>
/// <param name="Enabled">Whether it fires.</param>
/// <param name="NextAt">When it fires next, or null.</param>
/// <param name="LastRunId">Run it started last.</param>
/// <param name="LastFiredAt">When it last started a run.</param>
/// <param name="LastSkippedAt">When it last fired without starting one.</param>
/// <param name="LastSkipReason">Why it did not.</param>
/// <param name="ServedName">Stable name that the best adapter of its runs serves.</param>
public sealed record ScheduleEntry(
    Guid Id, string Name, string Cron, string TimeZone, string Folder, RunOptions Options, bool Enabled,
    DateTimeOffset? NextAt, Guid? LastRunId, DateTimeOffset? LastFiredAt, DateTimeOffset? LastSkippedAt, string? LastSkipReason,
    string ServedName);
