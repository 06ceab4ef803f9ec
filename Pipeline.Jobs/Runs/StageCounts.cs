using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs;

/// <summary>How far one stage of a run is.</summary>
/// <param name="Stage">The stage.</param>
/// <param name="Total">Its items: one per document, or one.</param>
/// <param name="Running">Items that a worker holds.</param>
/// <param name="Done">Items that succeeded or had nothing to do.</param>
/// <param name="Failed">Items that failed.</param>
/// <param name="FromCache">Items whose result was taken from an earlier run.</param>
/// <param name="Seconds">Work of all claims, those under way so far included.</param>
/// <param name="ProgressDone">Units done of the one item under way (training steps, examples, documents), or null.</param>
/// <param name="ProgressTotal">Units of that item.</param>
/// <param name="SecondsLeft">Estimate of the time until the stage ends, from its pace so far, or null before there is one.</param>
public sealed record StageCounts(
    Stage Stage, int Total, int Running, int Done, int Failed, int FromCache, double Seconds, int? ProgressDone, int? ProgressTotal, double? SecondsLeft);
