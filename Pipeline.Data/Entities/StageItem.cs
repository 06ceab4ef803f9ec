using System.Data.Common;
using System.Text.Json;

namespace Pipeline.Data.Entities;

/// <summary>One piece of work: a stage of a run, for one document, a part of one, or the run as a whole. The unit of claiming.</summary>
public sealed class StageItem
{
    /// <summary>Key of items that concern the run as a whole.</summary>
    public const string WholeRun = "run";

    /// <summary>What <see cref="Read"/> reads, for the end of a statement that returns rows.</summary>
    internal const string Columns = """
        id, run_id, stage, key, run_document_id, state, attempt, attempts_left, attempts_allowed, worker, lease_until, not_before,
        transient_failures, suspect, priority, created_at, started_at, finished_at, seconds, progress_done, progress_total, estimated_end,
        checkpoint_files, checkpoint_step, from_cache, error, failure_kind
        """;

    private StageItem() { }

    /// <summary>An item that waits for a worker.</summary>
    /// <param name="runId">The run.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="runDocumentId">The document, or null for the whole run.</param>
    /// <param name="attempts">How often a worker may die or fail transiently on it.</param>
    /// <param name="createdAt">Now.</param>
    /// <param name="priority">The run's priority.</param>
    /// <param name="key">Names the item within run and stage; null takes the document's id, or <see cref="WholeRun"/>.</param>
    public StageItem(Guid runId, Stage stage, Guid? runDocumentId, int attempts, DateTimeOffset createdAt, int priority = 0,
        string? key = null)
    {
        Priority = priority;
        Id = Guid.CreateVersion7(createdAt);
        RunId = runId;
        Stage = stage;
        RunDocumentId = runDocumentId;
        Key = key ?? runDocumentId?.ToString("N") ?? WholeRun;
        AttemptsAllowed = AttemptsLeft = attempts;
        CreatedAt = createdAt;
    }

    /// <summary>Identity; what queue entries carry.</summary>
    public Guid Id { get; private init; }
    /// <summary>The run.</summary>
    public Guid RunId { get; private init; }
    /// <summary>The stage.</summary>
    public Stage Stage { get; private init; }
    /// <summary>
    /// Document id, name of a part, or <see cref="WholeRun"/>. Unique with run and stage, so enqueuing twice cannot make two items.
    /// </summary>
    public string Key { get; private init; } = "";
    /// <summary>The document, or null for the whole run.</summary>
    public Guid? RunDocumentId { get; private init; }
    /// <summary>State.</summary>
    public ItemState State { get; private set; } = ItemState.Pending;
    /// <summary>Number of the present or last claim. Only its holder may complete the item.</summary>
    public int Attempt { get; private set; }
    /// <summary>Claims still allowed; a graceful release or a saved checkpoint gives them back.</summary>
    public int AttemptsLeft { get; private set; }
    /// <summary>What <see cref="AttemptsLeft"/> starts with.</summary>
    public int AttemptsAllowed { get; private init; }
    /// <summary>Worker of the present or last claim.</summary>
    public string? Worker { get; private set; }
    /// <summary>When the claim expires unless renewed, by the database's clock.</summary>
    public DateTimeOffset? LeaseUntil { get; private set; }
    /// <summary>Not claimed before this time (back-off).</summary>
    public DateTimeOffset? NotBefore { get; private set; }
    /// <summary>How often storage or network trouble ended an attempt. Such attempts do not reduce <see cref="AttemptsLeft"/>.</summary>
    public int TransientFailures { get; private set; }
    /// <summary>A worker died while it held this and other documents, any of which may be the cause: it is processed alone.</summary>
    public bool Suspect { get; private set; }
    /// <summary>Priority of its run; higher is claimed first.</summary>
    public int Priority { get; private init; }
    /// <summary>When it was created.</summary>
    public DateTimeOffset CreatedAt { get; private init; }
    /// <summary>When the present or last claim began.</summary>
    public DateTimeOffset? StartedAt { get; private set; }
    /// <summary>When it reached its final state.</summary>
    public DateTimeOffset? FinishedAt { get; private set; }
    /// <summary>Seconds of work of all claims so far.</summary>
    public double Seconds { get; private set; }
    /// <summary>How much of the current work is done, in units of its stage, or null when not reported.</summary>
    public int? ProgressDone { get; private set; }
    /// <summary>Total amount of work.</summary>
    public int? ProgressTotal { get; private set; }
    /// <summary>Estimated end of the current work, from its pace since this worker claimed it.</summary>
    public DateTimeOffset? EstimatedEnd { get; private set; }
    /// <summary>
    /// Files of the newest checkpoint in the artifact store (path in its folder to hash), where workers share the store but no folder;
    /// else null. Another machine can resume from it.
    /// </summary>
    public Dictionary<string, string>? CheckpointFiles { get; private set; }
    /// <summary>Step of that checkpoint.</summary>
    public int? CheckpointStep { get; private set; }
    /// <summary>Whether an earlier result was used instead of work.</summary>
    public bool FromCache { get; private set; }
    /// <summary>Why it failed, is retried or was skipped, in words for users.</summary>
    public string? Error { get; private set; }
    /// <summary>What kind of failure.</summary>
    public FailureKind? FailureKind { get; private set; }

    /// <summary>Whether nothing more will happen.</summary>
    public bool IsFinished => State is not (ItemState.Pending or ItemState.Running or ItemState.Paused);

    /// <summary>
    /// Whether an item may go from one state to another. The only place that decides this: the methods here and the statements that change
    /// many items at once follow it.
    /// </summary>
    public static bool Allows(ItemState from, ItemState to) => (from, to) switch
    {
        (ItemState.Pending, ItemState.Running or ItemState.Paused or ItemState.Canceled) => true,
        (ItemState.Paused, ItemState.Pending or ItemState.Canceled) => true,
        (ItemState.Running, not ItemState.Running) => true,
        (ItemState.Failed or ItemState.Canceled, ItemState.Paused) => true,      // a retry, opened like a resumed run
        _ => false,
    };

    /// <summary>The item of a row of <see cref="Columns"/>. Claiming is too frequent to go through the model each time.</summary>
    internal static StageItem Read(DbDataReader row)
    {
        int at = 0;
        T Next<T>() => row.GetFieldValue<T>(at++);
        T? Maybe<T>() => row.IsDBNull(at++) ? default : row.GetFieldValue<T>(at - 1);
        return new StageItem
        {
            Id = Next<Guid>(),
            RunId = Next<Guid>(),
            Stage = new Stage(Next<string>()),
            Key = Next<string>(),
            RunDocumentId = Maybe<Guid?>(),
            State = Enum.Parse<ItemState>(Next<string>()),
            Attempt = Next<int>(),
            AttemptsLeft = Next<int>(),
            AttemptsAllowed = Next<int>(),
            Worker = Maybe<string>(),
            LeaseUntil = Maybe<DateTimeOffset?>(),
            NotBefore = Maybe<DateTimeOffset?>(),
            TransientFailures = Next<int>(),
            Suspect = Next<bool>(),
            Priority = Next<int>(),
            CreatedAt = Next<DateTimeOffset>(),
            StartedAt = Maybe<DateTimeOffset?>(),
            FinishedAt = Maybe<DateTimeOffset?>(),
            Seconds = Next<double>(),
            ProgressDone = Maybe<int?>(),
            ProgressTotal = Maybe<int?>(),
            EstimatedEnd = Maybe<DateTimeOffset?>(),
            CheckpointFiles = Maybe<string>() is { } files ? JsonSerializer.Deserialize<Dictionary<string, string>>(files) : null,
            CheckpointStep = Maybe<int?>(),
            FromCache = Next<bool>(),
            Error = Maybe<string>(),
            FailureKind = Maybe<string>() is { } kind ? Enum.Parse<FailureKind>(kind) : null,
        };
    }

    internal void Fail(DateTimeOffset now, FailureKind kind, string error)
    {
        End(ItemState.Failed, now);
        Error = error;
        FailureKind = kind;
    }

    /// <summary>A failure that is not the item's fault: the attempt is given back.</summary>
    internal void RetryAfterTrouble(DateTimeOffset now, DateTimeOffset notBefore, string error)
    {
        Leave(ItemState.Pending, now);
        GiveBackAttempt();
        TransientFailures++;
        NotBefore = notBefore;
        Error = error;
        FailureKind = Entities.FailureKind.Transient;
    }

    /// <summary>
    /// Its worker died. If it was held together with other documents it is only a suspect, and the attempt is given back.
    /// </summary>
    internal void RetryAfterCrash(DateTimeOffset now, bool blamed, bool suspect, string error)
    {
        Leave(ItemState.Pending, now);
        if (!blamed) GiveBackAttempt();
        Suspect = Suspect || suspect;
        NotBefore = null;
        Error = error;
        FailureKind = Entities.FailureKind.Crash;
    }

    internal void Release(DateTimeOffset now)
    {
        Leave(ItemState.Pending, now);
        GiveBackAttempt();
    }

    private void GiveBackAttempt() => AttemptsLeft = Math.Min(AttemptsLeft + 1, AttemptsAllowed);

    private void End(ItemState state, DateTimeOffset now)
    {
        Leave(state, now);
        FinishedAt = now;
    }

    private void Leave(ItemState state, DateTimeOffset now)
    {
        if (State != ItemState.Running || !Allows(State, state))
            throw new InvalidOperationException($"item {Id} ({Stage}) is {State}; only a running item can become {state} here");
        Seconds += Math.Max(0, (now - StartedAt!.Value).TotalSeconds);
        State = state;
        LeaseUntil = null;
    }
}
