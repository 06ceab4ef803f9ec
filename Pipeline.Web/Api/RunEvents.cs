using System.Text.Json;
using Mediator;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Runs;
using Pipeline.Jobs.Runs.Observation;
using Pipeline.Jobs.Runs.Results;

namespace Pipeline.Web.Api;

/// <summary>
/// A run as server-sent events for programs: <c>run</c>, <c>documents</c>, <c>metrics</c>, <c>evaluation</c> and <c>logs</c> whenever
/// they change, <c>end</c> when nothing more will come.
/// </summary>
internal static class RunEvents
{
    /// <summary>Documents in an event: each change sends all of them again. The others are available by request.</summary>
    private const int Documents = 200;

    public static void MapRunEvents(this IEndpointRouteBuilder routes) => routes
        .MapGet("/api/runs/{id:guid}/events", async (
            Guid id, ISender sender, RunFollower follower, IOptions<JsonOptions> json, CancellationToken cancellationToken) =>
        {
            await sender.RunAsync(id, cancellationToken);
            long lastLog = 0;
            return TypedResults.ServerSentEvents(follower.FollowAsync(id, ReadAsync, cancellationToken));

            async Task<RunSnapshot> ReadAsync(CancellationToken token)
            {
                RunDetails run = await sender.RunAsync(id, token);
                List<RunSnapshot.Part> parts =
                [
                    Part("run", run),
                    Part("documents", await sender.Send(new ListDocuments(id, Limit: Documents), token)),
                    Part("metrics", await sender.Send(new GetMetrics(id), token)),
                    Part("evaluation", await sender.Send(new ListEvaluations(id, 1), token)),
                ];
                IReadOnlyList<LogLine> lines = await sender.Send(new ListLogs(id, lastLog), token);
                if (lines.Count > 0)
                {
                    lastLog = lines[^1].Id;
                    parts.Add(Part("logs", lines));
                }
                return new RunSnapshot(run.Summary.State is RunState.Succeeded or RunState.Failed or RunState.Canceled, parts);
            }

            RunSnapshot.Part Part<T>(string name, T value) =>
                new(name, name, JsonSerializer.Serialize(value, json.Value.SerializerOptions));
        })
        .WithTags("Runs")
        .WithSummary("A run while it works, as server-sent events");
}
