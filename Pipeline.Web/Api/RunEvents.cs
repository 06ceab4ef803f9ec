using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Mediator;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Observation;
using Pipeline.Jobs.Runs.Results;

namespace Pipeline.Web.Api;

/// <summary>
/// A run as server-sent events: <c>run</c>, <c>documents</c>, <c>metrics</c>, <c>evaluation</c> and <c>logs</c> whenever they change,
/// <c>end</c> when nothing more will come. The database is the source, so any web process can follow the work of any worker.
/// </summary>
internal static class RunEvents
{
    /// <summary>Documents that are told of: each change tells all of them again. The rest can be asked for.</summary>
    private const int Documents = 200;

    private static readonly TimeSpan s_interval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_keepAlive = TimeSpan.FromSeconds(15); // proxies close silent connections

    public static void MapRunEvents(this IEndpointRouteBuilder routes) => routes
        .MapGet("/api/runs/{id:guid}/events", async (Guid id, ISender sender, DatabaseSignals signals, IOptions<JsonOptions> json, TimeProvider time, CancellationToken cancellationToken) =>
        {
            await sender.RunAsync(id, cancellationToken);
            return TypedResults.ServerSentEvents(FollowAsync(id, sender, signals, json.Value.SerializerOptions, time, cancellationToken));
        })
        .WithTags("Runs")
        .WithSummary("A run while it works, as server-sent events");

    private static async IAsyncEnumerable<SseItem<string>> FollowAsync(
        Guid id, ISender sender, DatabaseSignals signals, JsonSerializerOptions json, TimeProvider time, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var sent = new Dictionary<string, string>();
        long lastLog = 0;
        bool ended = false;
        DateTimeOffset lastSent = time.GetUtcNow();
        while (true)
        {
            long version = signals.RunVersion(id);
            long started = time.GetTimestamp();
            RunDetails run = await sender.RunAsync(id, cancellationToken);
            bool finished = run.Summary.State is RunState.Succeeded or RunState.Failed or RunState.Canceled;
            var now = new List<(string Name, string Json)>
            {
                ("run", JsonSerializer.Serialize(run, json)),
                ("documents", JsonSerializer.Serialize(await sender.Send(new ListDocuments(id, Limit: Documents), cancellationToken), json)),
                ("metrics", JsonSerializer.Serialize(await sender.Send(new GetMetrics(id), cancellationToken), json)),
                ("evaluation", JsonSerializer.Serialize(await sender.Send(new ListEvaluations(id, 1), cancellationToken), json)),
            };
            IReadOnlyList<LogLine> lines = await sender.Send(new ListLogs(id, lastLog), cancellationToken);
            foreach ((string name, string text) in now.Where(part => sent.GetValueOrDefault(part.Name) != part.Json))
            {
                sent[name] = text;
                lastSent = time.GetUtcNow();
                yield return new SseItem<string>(text, name);
            }
            if (lines.Count > 0)
            {
                lastLog = lines[^1].Id;
                lastSent = time.GetUtcNow();
                yield return new SseItem<string>(JsonSerializer.Serialize(lines, json), "logs");
            }
            if (finished && ended)
                break;
            ended = finished; // one more round: the last log lines follow the last state
            if (time.GetUtcNow() - lastSent > s_keepAlive)
            {
                lastSent = time.GetUtcNow();
                yield return new SseItem<string>("", "ping");
            }
            // At once when something has changed, but a run of thousands of documents must not keep the server busy.
            TimeSpan rest = time.GetElapsedTime(started);
            await Task.Delay(rest < s_least ? s_least : rest, time, cancellationToken);
            await signals.RunChangeAsync(id, version, s_interval, cancellationToken);
        }
        yield return new SseItem<string>("", "end");
    }
}
