using Hangfire;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Dataset;

/// <summary>
/// Queue entry of version 0.1: those that are still in Hangfire's tables run. New ones are <see cref="StageJob"/>; goes with 0.3.
/// </summary>
public sealed class BuildDatasetJob(StageDelivery delivery)
{
    /// <summary>Works on the item.</summary>
    [AutomaticRetry(Attempts = 0, ExceptOn = [typeof(StageFailedException)])]
    public Task RunAsync(Guid itemId, CancellationToken stopping) => delivery.RunAsync(Stages.Dataset, itemId, stopping);
}
