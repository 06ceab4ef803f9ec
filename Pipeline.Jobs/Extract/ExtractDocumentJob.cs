using Hangfire;
using Mediator;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Extract;

/// <summary>Queue entry of <see cref="ExtractDocument"/>. Delivered at least once; claiming makes repeats harmless.</summary>
public sealed class ExtractDocumentJob(ISender sender)
{
    /// <summary>Works on the item.</summary>
    [Queue(Queues.Cpu), AutomaticRetry(Attempts = 0)]       // attempts and back-off live in the item row
    public async Task RunAsync(Guid itemId, CancellationToken stopping) => await sender.Send(new ExtractDocument(itemId), stopping);
}
