namespace Pipeline.Data.Entities;

/// <summary>One pass of the chain over a set of documents, with the whole configuration it was started with.</summary>
public sealed class Run
{
    private Run() { }

    /// <summary>A run that waits for its first worker.</summary>
    /// <param name="name">What people call it; also names the adapter.</param>
    /// <param name="sourceFolder">Folder the documents come from, or null when they were uploaded.</param>
    /// <param name="configuration">All settings, as JSON. Never changes afterwards.</param>
    /// <param name="createdAt">Now.</param>
    /// <param name="scheduleId">Schedule that started it, or null.</param>
    /// <param name="priority">Its work is claimed before that of runs with a lower priority.</param>
    public Run(string name, string? sourceFolder, string configuration, DateTimeOffset createdAt, Guid? scheduleId = null, int priority = 0)
    {
        Priority = priority;
        Id = Guid.CreateVersion7(createdAt);
        Name = name;
        SourceFolder = sourceFolder;
        Configuration = configuration;
        CreatedAt = createdAt;
        ScheduleId = scheduleId;
    }

    /// <summary>Identity; sorts by creation time.</summary>
    public Guid Id { get; private init; }
    /// <summary>What people call it.</summary>
    public string Name { get; private init; } = "";
    /// <summary>Absolute folder the documents come from, or null when they were uploaded.</summary>
    public string? SourceFolder { get; private init; }
    /// <summary>All settings, as JSON.</summary>
    public string Configuration { get; private init; } = "{}";
    /// <summary>State of the run.</summary>
    public RunState State { get; private set; } = RunState.Pending;
    /// <summary>Its work is claimed before that of runs with a lower priority; 0 by default.</summary>
    public int Priority { get; private set; }
    /// <summary>Run whose settings or documents this one was made from, or null.</summary>
    public Guid? ClonedFrom { get; init; }
    /// <summary>Why the run failed, for people.</summary>
    public string? Error { get; private set; }
    /// <summary>When it was accepted.</summary>
    public DateTimeOffset CreatedAt { get; private init; }
    /// <summary>When its first item was claimed.</summary>
    public DateTimeOffset? StartedAt { get; private set; }
    /// <summary>When it reached its final state.</summary>
    public DateTimeOffset? FinishedAt { get; private set; }
    /// <summary>Schedule that started it.</summary>
    public Guid? ScheduleId { get; private init; }
    /// <summary>Dataset made, or reused, by the run.</summary>
    public Guid? DatasetId { get; set; }
    /// <summary>Training made, or reused, by the run.</summary>
    public Guid? TrainingId { get; set; }
    /// <summary>Evaluation made, or reused, by the run.</summary>
    public Guid? EvaluationId { get; set; }
    /// <summary>
    /// What stages of the whole run hand to later ones, name to artifact hash: counts of the cleaned documents, filtered rows.
    /// </summary>
    public Dictionary<string, string> WorkFiles { get; set; } = [];
    /// <summary>Files of its report, name to artifact hash; empty before there is one.</summary>
    public Dictionary<string, string> ReportFiles { get; set; } = [];
    /// <summary>Adapter the run published.</summary>
    public Guid? AdapterId { get; set; }

    /// <summary>Whether nothing more will happen.</summary>
    public bool IsFinished => State is RunState.Succeeded or RunState.Failed or RunState.Canceled;

    /// <summary>
    /// Whether a run may go from one state to another. The only place that decides this; every statement that changes a state follows
    /// it.
    /// </summary>
    public static bool Allows(RunState from, RunState to) => (from, to) switch
    {
        (RunState.Pending, RunState.Running or RunState.Paused or RunState.Failed or RunState.Canceled) => true,
        (RunState.Running, RunState.Paused or RunState.Succeeded or RunState.Failed or RunState.Canceled) => true,
        (RunState.Paused, RunState.Pending or RunState.Running or RunState.Failed or RunState.Canceled) => true,
        (RunState.Succeeded or RunState.Failed or RunState.Canceled, RunState.Running) => true,      // a retry
        _ => false,
    };

    /// <summary>The states from which a run may reach this one.</summary>
    public static IReadOnlyList<RunState> Before(RunState to) => [.. Enum.GetValues<RunState>().Where(from => Allows(from, to))];
}
