using System.ComponentModel.DataAnnotations;

namespace Pipeline.Data.Claims;

/// <summary>How long a claim outlives its worker. Section <c>Leases</c>.</summary>
public sealed record LeaseOptions
{
    /// <summary>Seconds after the last sign of life until another worker may take over.</summary>
    [Range(1, 3600)] public double Seconds { get; init; } = 20;

    /// <summary>Seconds between signs of life; well below <see cref="Seconds"/>.</summary>
    [Range(0.1, 600)] public double HeartbeatSeconds { get; init; } = 4;

    /// <summary>
    /// How often an item is retried after storage or network trouble (a full disk, an unreachable share), with pauses that
    /// double up to a minute. Such trouble is not the document's fault and does not count as a crash.
    /// </summary>
    [Range(0, 10_000)] public int TransientRetries { get; init; } = 20;
}
