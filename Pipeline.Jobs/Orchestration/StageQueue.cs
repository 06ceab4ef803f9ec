using Hangfire;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;

namespace Pipeline.Jobs.Orchestration;

/// <summary>Turns items into Hangfire jobs. The only user of Hangfire's client.</summary>
internal sealed class StageQueue(
    IBackgroundJobClient client, JobStorage storage, NpgsqlDataSource source, StageGraph graph, ItemQueue queues, TimeProvider time)
{
    private static readonly TimeSpan ServersAreKnownFor = TimeSpan.FromSeconds(5);
    private Dictionary<string, int> _workers = [];
    private long _askedAt;

    /// <summary>
    /// Puts items into their queue. A stage of documents or parts gets as many entries as there are workers to take them, since
    /// each entry continues with whatever is waiting: one that nobody has taken yet will find every item that exists now.
    /// </summary>
    /// <returns>Entries created.</returns>
    public async Task<int> HandOverAsync(IReadOnlyList<OutboxMessage> due, CancellationToken ct)
    {
        int made = 0;
        foreach (IGrouping<Stage, OutboxMessage> stage in due.GroupBy(m => m.Stage))
        {
            // Made by a newer version that shares the database: its workers find the item by their sweep.
            if (!graph.Contains(stage.Key)) continue;
            IEnumerable<OutboxMessage> entries = stage;
            if (graph[stage.Key] is { Scope: not StageScope.Run } many)
                entries = stage.Take(Math.Max(0, WorkersOf(many.Queue) - await UntakenAsync(many, ct)));
            foreach (OutboxMessage message in entries)
            {
                Enqueue(message.Stage, message.ItemId, await queues.OfAsync(message.Stage, message.ItemId, ct));
                made++;
            }
        }
        return made;
    }

    public void Enqueue(Stage stage, Guid itemId, string queue)
    {
        string name = stage.Name;
        client.Enqueue<StageJob>(queue, job => job.RunAsync(name, itemId, CancellationToken.None));
    }

    /// <summary>Entries of a stage that no worker has taken yet.</summary>
    private async Task<int> UntakenAsync(StageDefinition stage, CancellationToken ct)
    {
        await using NpgsqlCommand command = source.CreateCommand("""
            SELECT count(*) FROM hangfire.jobqueue AS q JOIN hangfire.job AS j ON j.id = q.jobid
            WHERE q.queue = $1 AND q.fetchedat IS NULL AND j.invocationdata->>'Type' LIKE $2 AND j.arguments->>0 = $3
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = stage.Queue });
        command.Parameters.Add(new NpgsqlParameter { Value = typeof(StageJob).FullName + ",%" });
        command.Parameters.Add(new NpgsqlParameter { Value = $"\"{stage.Stage.Name}\"" });        // an argument is stored as JSON
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
