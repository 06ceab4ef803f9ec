using Hangfire;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Evaluate;

/// <summary>Queue entry of <see cref="EvaluateAdapter"/>. Delivered at least once; claiming makes repeats harmless.</summary>
public sealed class EvaluateAdapterJob(StageDelivery delivery)
{
    /// <summary>Works on the item.</summary>
    [Queue(Queues.Gpu), AutomaticRetry(Attempts = 0, ExceptOn = [typeof(StageFailedException)])]       // attempts and back-off live in the item row
    public Task RunAsync(Guid itemId, CancellationToken stopping) => delivery.RunAsync(Stage.Evaluate, itemId, stopping);
}
