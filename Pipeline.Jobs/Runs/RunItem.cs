using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs;

/// <summary>One piece of work of a run.</summary>
/// <param name="Id">The item.</param>
/// <param name="Stage">Its stage.</param>
/// <param name="Document">Path of its document, or null for the whole run.</param>
/// <param name="State">Its state.</param>
/// <param name="Attempt">Number of the last claim.</param>
/// <param name="Worker">Who claimed it last.</param>
/// <param name="StartedAt">When the last claim began.</param>
/// <param name="FinishedAt">When it ended.</param>
/// <param name="Seconds">Work of all claims.</param>
/// <param name="FromCache">Whether an earlier result was used.</param>
/// <param name="FailureKind">What kind of failure.</param>
/// <param name="Error">Why it failed, waits, or was skipped.</param>
public sealed record RunItem(
    Guid Id, Stage Stage, string? Document, ItemState State, int Attempt, string? Worker,
    DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, double Seconds, bool FromCache, FailureKind? FailureKind, string? Error);
