using Hangfire;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Caption;

/// <summary>Queue entry of <see cref="CaptionDocument"/>. Delivered at least once; claiming makes repeats harmless.</summary>
public sealed class CaptionDocumentJob(StageDelivery delivery)
{
    /// <summary>Works on the item, then on whatever else waits for this stage.</summary>
    [Queue(Queues.Gpu), AutomaticRetry(Attempts = 0, ExceptOn = [typeof(StageFailedException)])]       // attempts and back-off live in the item row
    public Task RunAsync(Guid itemId, CancellationToken stopping) => delivery.RunAsync(Stage.Caption, itemId, stopping);
}
