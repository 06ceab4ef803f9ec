namespace Pipeline.Data.Entities;

/// <summary>State of one piece of work. <c>Pending ⇄ Paused, Pending → Running → Succeeded | Failed | Skipped | Canceled</c>.</summary>
public enum ItemState
{
    /// <summary>Waits for a worker.</summary>
    Pending,
    /// <summary>Waits for its run to be resumed.</summary>
    Paused,
    /// <summary>Leased by a worker.</summary>
    Running,
    /// <summary>Its outputs are stored.</summary>
    Succeeded,
    /// <summary>Will not be retried; <see cref="StageItem.Error"/> says why.</summary>
    Failed,
    /// <summary>There was nothing to do.</summary>
    Skipped,
    /// <summary>Its run was canceled.</summary>
    Canceled,
}
