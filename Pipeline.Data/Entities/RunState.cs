namespace Pipeline.Data.Entities;

/// <summary>State of a run. <c>Pending → Running ⇄ Paused → Succeeded | Failed | Canceled</c>.</summary>
public enum RunState
{
    /// <summary>Accepted; no worker has begun.</summary>
    Pending,
    /// <summary>At least one of its items was claimed.</summary>
    Running,
    /// <summary>Stopped by a user, to be resumed.</summary>
    Paused,
    /// <summary>Published.</summary>
    Succeeded,
    /// <summary>Ended early; <see cref="Run.Error"/> says why.</summary>
    Failed,
    /// <summary>Stopped by a user.</summary>
    Canceled,
}
