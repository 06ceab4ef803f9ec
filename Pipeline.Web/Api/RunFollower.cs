using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Pipeline.Data.Postgres;

namespace Pipeline.Web.Api;

/// <summary>
/// Reads a run whenever something about it changes and sends what is new, until the run is complete. The database is the
/// source, so any web process can follow the work of any worker.
/// </summary>
internal sealed class RunFollower(DatabaseSignals signals, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Least = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15); // proxies close silent connections

    /// <param name="id">The run.</param>
    /// <param name="look">The current content. Parts that have not changed since they were last sent are left out.</param>
    /// <param name="cancellationToken">The client is gone.</param>
    public async IAsyncEnumerable<SseItem<string>> FollowAsync(
        Guid id, Func<CancellationToken, Task<RunSnapshot>> look, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Dictionary<string, string> told = new();
        bool ended = false;
        DateTimeOffset lastSent = time.GetUtcNow();
        while (true)
        {
            long version = signals.RunVersion(id);
            long started = time.GetTimestamp();
            RunSnapshot snapshot = await look(cancellationToken);
            foreach (RunSnapshot.Part part in snapshot.Parts.Where(part => told.GetValueOrDefault(part.Key) != part.Text))
            {
                told[part.Key] = part.Text;
                lastSent = time.GetUtcNow();
                yield return new SseItem<string>(part.Text, part.Event);
            }
            if (snapshot.IsFinished && ended)
                break;
            ended = snapshot.IsFinished; // one more round: the last log lines follow the last state
            if (time.GetUtcNow() - lastSent > KeepAlive)
            {
                lastSent = time.GetUtcNow();
                yield return new SseItem<string>("", "ping");
            }
            // Immediately on a change, but a run of thousands of documents must not keep the server busy.
            TimeSpan rest = time.GetElapsedTime(started);
            await Task.Delay(rest < Least ? Least : rest, time, cancellationToken);
            await signals.RunChangeAsync(id, version, Interval, cancellationToken);
        }
        yield return new SseItem<string>("", "end");
    }
}
