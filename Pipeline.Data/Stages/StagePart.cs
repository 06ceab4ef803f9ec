using Pipeline.Data.Entities;

namespace Pipeline.Data.Stages;

/// <summary>A piece of work that a finished item hands to a stage whose items are parts.</summary>
/// <param name="Stage">Stage that follows, of <see cref="StageScope.Part"/>.</param>
/// <param name="Key">
/// Names the part within the run and the stage (within its document when the parent has one); stable over retries.
/// </param>
public sealed record StagePart(Stage Stage, string Key);
