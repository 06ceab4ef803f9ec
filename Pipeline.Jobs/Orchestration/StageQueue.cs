using Hangfire;
using Npgsql;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Caption;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Publish;
using Pipeline.Jobs.Train;

namespace Pipeline.Jobs.Orchestration;

/// <summary>Turns items into Hangfire jobs. The only user of Hangfire's client.</summary>
internal sealed class StageQueue(IBackgroundJobClient client, JobStorage storage, NpgsqlDataSource source, TrainingPlace place, TimeProvider time)
{
    private static readonly TimeSpan ServersAreKnownFor = TimeSpan.FromSeconds(5);
    private Dictionary<string, int> _workers = [];
    private long _askedAt;

    /// <summary>
    /// Puts items into their queue. A document stage gets as many entries as there are workers to take them, since each entry goes on
    /// with whatever waits: an entry that nobody has taken yet will find every item that is there now.
    /// </summary>
    public async Task HandOverAsync(IReadOnlyList<OutboxMessage> due, CancellationToken ct)
    {
        foreach (IGrouping<Stage, OutboxMessage> stage in due.GroupBy(m => m.Stage))
        {
            IEnumerable<OutboxMessage> entries = stage;
            if (StageChain.IsPerDocument(stage.Key))
                entries = stage.Take(Math.Max(0, WorkersOf(Queues.Of(stage.Key)) - await UntakenAsync(stage.Key, ct)));
            foreach (OutboxMessage message in entries)
                Enqueue(message.Stage, message.ItemId, await place.IsElsewhereAsync(message.Stage, message.ItemId, ct));
        }
    }

    public void Enqueue(Stage stage, Guid itemId, bool elsewhere = false)
    {
        string queue = elsewhere ? Queues.Elsewhere : Queues.Of(stage);
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

    /// <summary>Entries of a document stage that no worker has taken yet.</summary>
    private async Task<int> UntakenAsync(Stage stage, CancellationToken ct)
    {
        Type job = stage == Stage.Extract ? typeof(ExtractDocumentJob) : typeof(CaptionDocumentJob);
        await using NpgsqlCommand command = source.CreateCommand("""
            SELECT count(*) FROM hangfire.jobqueue AS q JOIN hangfire.job AS j ON j.id = q.jobid
            WHERE q.queue = $1 AND q.fetchedat IS NULL AND j.invocationdata->>'Type' LIKE $2
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = Queues.Of(stage) });
        command.Parameters.Add(new NpgsqlParameter { Value = job.FullName + ",%" });
        return (int)(long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Workers of all processes that serve a queue; at least one, which may be about to start.</summary>
    private int WorkersOf(string queue)
    {
        if (_askedAt == 0 || time.GetElapsedTime(_askedAt) > ServersAreKnownFor)
        {
            _workers = storage.GetMonitoringApi().Servers().SelectMany(s => s.Queues.Select(q => (Queue: q, s.WorkersCount)))
                .GroupBy(s => s.Queue).ToDictionary(g => g.Key, g => g.Sum(s => s.WorkersCount));
            _askedAt = time.GetTimestamp();
        }
        return Math.Max(1, _workers.GetValueOrDefault(queue));
    }
}
