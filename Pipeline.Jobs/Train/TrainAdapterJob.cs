using Hangfire;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Train;

/// <summary>Queue entry of <see cref="TrainAdapter"/>. Delivered at least once; claiming makes repeats harmless.</summary>
public sealed class TrainAdapterJob(StageDelivery delivery)
{
    /// <summary>Works on the item. Its queue is chosen when it is enqueued; an attribute would win over that.</summary>
    [AutomaticRetry(Attempts = 0, ExceptOn = [typeof(StageFailedException)])]       // attempts and back-off live in the item row
    public Task RunAsync(Guid itemId, CancellationToken stopping) => delivery.RunAsync(Stage.Train, itemId, stopping);
}
