using Hangfire;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Orchestration;

/// <summary>
/// The queue entry of every stage. Delivered at least once; claiming makes repeats harmless. Type, method and arguments are stored by
/// Hangfire: they are a file format.
/// </summary>
public sealed class StageJob(StageDelivery delivery)
{
    /// <summary>
    /// Works on the item, and for documents and parts on whatever else waits for the stage. Its queue is chosen when it is
    /// enqueued; an attribute would override that.
    /// </summary>
    /// <param name="stage">Name of the stage.</param>
    /// <param name="itemId">The item.</param>
    /// <param name="stopping">Canceled when this worker stops.</param>
    [AutomaticRetry(Attempts = 0, ExceptOn = [typeof(StageFailedException)])]       // attempts and back-off live in the item row
    public Task RunAsync(string stage, Guid itemId, CancellationToken stopping) => delivery.RunAsync(new Stage(stage), itemId, stopping);
}
