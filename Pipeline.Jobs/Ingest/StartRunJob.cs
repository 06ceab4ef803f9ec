using Hangfire;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Ingest;

/// <summary>Queue entry of <see cref="StartRun"/>. Delivered at least once; claiming makes repeats harmless.</summary>
public sealed class StartRunJob(StageDelivery delivery)
{
    /// <summary>Works on the item.</summary>
    [Queue(Queues.Control), AutomaticRetry(Attempts = 0, ExceptOn = [typeof(StageFailedException)])]       // attempts and back-off live in the item row
    public Task RunAsync(Guid itemId, CancellationToken stopping) => delivery.RunAsync(Stage.Ingest, itemId, stopping);
}
