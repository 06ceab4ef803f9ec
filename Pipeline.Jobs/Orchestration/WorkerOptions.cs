using System.ComponentModel.DataAnnotations;

namespace Pipeline.Jobs.Orchestration;

/// <summary>How much this process works at once. Section <c>Worker</c>.</summary>
public sealed record WorkerOptions
{
    /// <summary>Documents parsed at once; 0 takes the number of processors.</summary>
    [Range(0, 256)] public int Cpu { get; init; }

    /// <summary>Trainings by engines on other machines that are watched at once.</summary>
    [Range(1, 256)] public int Remote { get; init; } = 4;

    /// <summary>Name of <see cref="Remote"/> in version 0.1; counts where it is set, until 0.3.</summary>
    [Range(1, 256)] public int? Elsewhere { get; init; }

    /// <summary>Seconds between searches for stalled work.</summary>
    [Range(0.1, 3600)] public double SweepSeconds { get; init; } = 3;

    /// <summary>Seconds a stopping worker waits for its jobs to save what they have.</summary>
    [Range(1, 3600)] public double ShutdownSeconds { get; init; } = 30;
}
