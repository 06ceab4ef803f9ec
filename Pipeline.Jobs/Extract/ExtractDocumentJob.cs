using Hangfire;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Extract;

/// <summary>Queue entry of <see cref="ExtractDocument"/>. Delivered at least once; claiming makes repeats harmless.</summary>
public sealed class ExtractDocumentJob(StageDelivery delivery)
{
    /// <summary>Works on the item, then on whatever else waits for this stage.</summary>
    [Queue(Queues.Cpu), AutomaticRetry(Attempts = 0, ExceptOn = [typeof(StageFailedException)])]       // attempts and back-off live in the item row
    public Task RunAsync(Guid itemId, CancellationToken stopping) => delivery.RunAsync(Stage.Extract, itemId, stopping);
}
