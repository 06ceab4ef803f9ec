using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs;

/// <summary>Progress of one stage of a run.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Title">Its display name.</param>
/// <param name="Total">Its items so far: one per document or part, or one.</param>
/// <param name="Running">Items that a worker holds.</param>
/// <param name="Done">Items that succeeded or had nothing to do.</param>
/// <param name="Failed">Items that failed.</param>
/// <param name="FromCache">Items whose result was taken from an earlier run.</param>
/// <param name="Seconds">Work of all claims, including current ones so far.</param>
/// <param name="ProgressDone">Finished units of the current single item (training steps, examples, documents), or null.</param>
/// <param name="ProgressTotal">Units of that item.</param>
/// <param name="Complete">Whether all its items have ended and no more will come.</param>
/// <param name="SecondsLeft">Estimate of the time until the stage ends, from its pace so far, or null before there is one.</param>
public sealed record StageCounts(
    Stage Stage, string Title, int Total, int Running, int Done, int Failed, int FromCache, double Seconds, int? ProgressDone,
    int? ProgressTotal,
    bool Complete, double? SecondsLeft);
