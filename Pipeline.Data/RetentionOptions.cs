using System.ComponentModel.DataAnnotations;

namespace Pipeline.Data;

/// <summary>How long dispensable data is kept. Section <c>Retention</c>; workers apply it periodically, <c>gc</c> at once.</summary>
public sealed record RetentionOptions
{
    /// <summary>Hours between two clean-ups by workers.</summary>
    [Range(0.01, 24 * 365)] public double EveryHours { get; init; } = 24;

    /// <summary>Hours for which files that no row names are kept: longer than a stage takes between storing a file and naming it.</summary>
    [Range(1, 24 * 365)] public double UnusedHours { get; init; } = 24;

    /// <summary>Days for which log lines, and failed entries of the queue, are kept.</summary>
    [Range(0.01, 36500)] public double LogDays { get; init; } = 30;

    /// <summary>Days for which the checkpoints of failed and canceled runs are kept, so that a retry resumes from them.</summary>
    [Range(0, 36500)] public double CheckpointDays { get; init; } = 7;

    /// <summary>Days that page rasters are kept after a document's last run; a later run makes them again. 0 keeps them for ever.</summary>
    [Range(0, 36500)] public double RasterDays { get; init; } = 90;
}
