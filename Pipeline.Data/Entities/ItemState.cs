namespace Pipeline.Data.Entities;

/// <summary>Where one piece of work stands. <c>Pending ⇄ Paused, Pending → Running → Succeeded | Failed | Skipped | Canceled</c>.</summary>
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
    /// <summary>Not to be tried again; <see cref="StageItem.Error"/> says why.</summary>
    Failed,
    /// <summary>There was nothing to do.</summary>
    Skipped,
    /// <summary>Its run was canceled.</summary>
    Canceled,
}
