using Hangfire;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Ingest;

namespace Pipeline.Jobs.Orchestration;

/// <summary>Turns an item into a Hangfire job. The only user of Hangfire's client.</summary>
internal sealed class StageQueue(IBackgroundJobClient client)
{
    public void Enqueue(Stage stage, Guid itemId)
    {
        string queue = Queues.Of(stage);
        _ = stage switch
        {
            Stage.Ingest => client.Enqueue<StartRunJob>(queue, job => job.RunAsync(itemId, CancellationToken.None)),
            _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "no job for this stage"),
        };
    }
}
