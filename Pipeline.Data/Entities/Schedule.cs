namespace Pipeline.Data.Entities;

/// <summary>A folder that is run at set times.</summary>
public sealed class Schedule
{
    private Schedule() { }

    /// <summary>A schedule that has not fired yet.</summary>
    public Schedule(string name, DateTimeOffset createdAt)
    {
        Id = Guid.CreateVersion7(createdAt);
        Name = name;
        CreatedAt = createdAt;
    }

    /// <summary>Identity.</summary>
    public Guid Id { get; private init; }
    /// <summary>Unique name.</summary>
    public string Name { get; private init; } = "";
    /// <summary>Five or six field cron expression.</summary>
    public string Cron { get; private set; } = "";
    /// <summary>IANA time zone of the expression.</summary>
    public string TimeZone { get; private set; } = "UTC";
    /// <summary>Absolute folder of documents.</summary>
    public string Folder { get; private set; } = "";
    /// <summary>All settings of the runs it starts, as JSON.</summary>
    public string Configuration { get; private set; } = "{}";
    /// <summary>Whether it fires.</summary>
    public bool Enabled { get; private set; } = true;
    /// <summary>Run it started last.</summary>
    public Guid? LastRunId { get; private set; }
    /// <summary>When it last fired.</summary>
    public DateTimeOffset? LastFiredAt { get; private set; }
    /// <summary>Hash of documents and settings of the run it started last: while it stays equal there is nothing to do.</summary>
    public string? LastInputKey { get; private set; }
    /// <summary>When it last fired without starting a run.</summary>
    public DateTimeOffset? LastSkippedAt { get; private set; }
    /// <summary>Why it did not.</summary>
    public string? LastSkipReason { get; private set; }
    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; private init; }

    /// <summary>Replaces what it does.</summary>
    public void Change(string cron, string timeZone, string folder, string configuration, bool enabled) =>
        (Cron, TimeZone, Folder, Configuration, Enabled) = (cron, timeZone, folder, configuration, enabled);

    /// <summary>Records the run it has just started.</summary>
    public void Fired(Guid runId, string inputKey, DateTimeOffset at) => (LastRunId, LastInputKey, LastFiredAt) = (runId, inputKey, at);

    /// <summary>Records that it fired and why it started nothing.</summary>
    public void Skipped(string reason, DateTimeOffset at) => (LastSkipReason, LastSkippedAt) = (reason, at);
}
