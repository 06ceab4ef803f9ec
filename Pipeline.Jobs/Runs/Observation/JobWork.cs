using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs.Observation;

/// <summary>Work of a queue entry.</summary>
/// <param name="Items">Items it worked on, in order.</param>
/// <param name="Lines">Its last log lines, oldest first.</param>
/// <param name="Truncated">Whether there are earlier lines.</param>
public sealed record JobWork(IReadOnlyList<JobWork.Item> Items, IReadOnlyList<LogLine> Lines, bool Truncated)
{
    /// <summary>An item of a run.</summary>
    /// <param name="Id">The item.</param>
    /// <param name="RunId">Its run.</param>
    /// <param name="Run">Name of the run.</param>
    /// <param name="Stage">The stage.</param>
    /// <param name="Document">Path of its document, or null when it concerns the whole run.</param>
    /// <param name="Attempt">Attempt that the queue entry made; null when it has made none.</param>
    /// <param name="State">Current state of the item.</param>
    /// <param name="Error">Why it failed, is retried or was skipped.</param>
    public sealed record Item(Guid Id, Guid RunId, string Run, Stage Stage, string? Document, int? Attempt, ItemState State, string? Error);
}
