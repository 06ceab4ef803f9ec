using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs;

/// <summary>How far one stage of a run is.</summary>
public sealed record StageCounts(Stage Stage, int Total, int Running, int Done, int Failed, int FromCache, double Seconds);
