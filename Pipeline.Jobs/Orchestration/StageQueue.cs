using Hangfire;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Caption;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Publish;
using Pipeline.Jobs.Train;

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
            Stage.Extract => client.Enqueue<ExtractDocumentJob>(queue, job => job.RunAsync(itemId, CancellationToken.None)),
            Stage.Caption => client.Enqueue<CaptionDocumentJob>(queue, job => job.RunAsync(itemId, CancellationToken.None)),
            Stage.Dataset => client.Enqueue<BuildDatasetJob>(queue, job => job.RunAsync(itemId, CancellationToken.None)),
            Stage.Train => client.Enqueue<TrainAdapterJob>(queue, job => job.RunAsync(itemId, CancellationToken.None)),
            Stage.Evaluate => client.Enqueue<EvaluateAdapterJob>(queue, job => job.RunAsync(itemId, CancellationToken.None)),
            Stage.Publish => client.Enqueue<PublishAdapterJob>(queue, job => job.RunAsync(itemId, CancellationToken.None)),
            _ => throw new ArgumentOutOfRangeException(nameof(stage), stage, "no job for this stage"),
        };
    }
}
