using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;

namespace Pipeline.Jobs.Runs;

/// <summary>Progress of the stages of a run, and the time they still need.</summary>
internal static class StageProgress
{
    public static async Task<StageCounts[]> ReadAsync(PipelineDbContext db, StageGraph graph, Run run, CancellationToken ct)
    {
        var rows = await db.StageItems.Where(i => i.RunId == run.Id).GroupBy(i => i.Stage).Select(g => new
        {
            Stage = g.Key,
            Total = g.Count(),
            Running = g.Count(i => i.State == ItemState.Running),
            Done = g.Count(i => i.State == ItemState.Succeeded || i.State == ItemState.Skipped),
            Failed = g.Count(i => i.State == ItemState.Failed),
            FromCache = g.Count(i => i.FromCache),
            // Finished claims, and current ones so far, by the server's clock.
            Seconds = g.Sum(i => i.Seconds
                + (i.State == ItemState.Running && i.StartedAt != null ? (DateTimeOffset.UtcNow - i.StartedAt.Value).TotalSeconds : 0)),
            FirstStart = g.Min(i => i.StartedAt),
            // Of the items in progress; a stage of the whole run has one.
            ProgressDone = g.Max(i => i.State == ItemState.Running ? i.ProgressDone : null),
            ProgressTotal = g.Max(i => i.State == ItemState.Running ? i.ProgressTotal : null),
            EstimatedEnd = g.Max(i => i.State == ItemState.Running ? i.EstimatedEnd : null),
        }).ToArrayAsync(ct);
        if (rows.Length == 0) return [];
        DateTimeOffset now = await db.NowAsync(ct);         // the clock of the stored times
        Dictionary<Stage, int> totals = rows.ToDictionary(r => r.Stage, r => r.Total),
            failed = rows.ToDictionary(r => r.Stage, r => r.Failed);
        return rows.OrderBy(r => graph.PositionOf(r.Stage)).Select(r =>
        {
            StageDefinition? definition = graph.Contains(r.Stage) ? graph[r.Stage] : null;
            bool whole = definition?.Scope is StageScope.Run;
            int left = Expected(r.Stage) - r.Done - r.Failed;
            // More items of documents and parts may appear until the stage that waits for all of them has begun.
            bool complete = r.Done + r.Failed == r.Total
                && (whole || run.IsFinished || definition is not null && graph.JoinsAfter(r.Stage).Any(totals.ContainsKey));
            double? seconds = whole
                ? r.EstimatedEnd is { } end ? Math.Max(0, (end - now).TotalSeconds) : null
                : Left(r.FirstStart, now, r.Done + r.Failed - r.FromCache, left, r.Running > 0);
            return new StageCounts(r.Stage, definition?.Title ?? r.Stage.Name, r.Total, r.Running, r.Done, r.Failed, r.FromCache, r.Seconds,
                whole ? r.ProgressDone : null, whole ? r.ProgressTotal : null, complete, seconds is { } s ? Math.Round(s, 1) : null);
        }).ToArray();

        // Documents reach a later stage one by one: those that have not reached it yet count as remaining.
        int Expected(Stage stage) =>
            graph.Contains(stage) && graph[stage].Scope == StageScope.Document
                && graph.PreviousOf(stage).FirstOrDefault(p => p.Scope == StageScope.Document) is { } before
                && totals.ContainsKey(before.Stage)
                ? Math.Max(totals[stage], Expected(before.Stage) - failed[before.Stage])
                : totals.GetValueOrDefault(stage);
    }

    /// <summary>Remaining time at the pace so far. Results from earlier runs took no time and are left out of the pace.</summary>
    internal static double? Left(DateTimeOffset? firstStart, DateTimeOffset now, int worked, int left, bool working) =>
        working && left > 0 && worked > 0 && firstStart is { } start ? Math.Max(0, (now - start).TotalSeconds) / worked * left : null;
}
