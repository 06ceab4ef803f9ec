using Microsoft.EntityFrameworkCore;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Claims;

/// <summary>
/// What the end of an item means for its run, by the table of stages. Every method works inside the transaction that ends the item.
/// </summary>
internal static class RunProgress
{
    /// <summary>Items that follow a success whatever else the run does; they are added by the statement that ends the item.</summary>
    public static IReadOnlyList<StageItem> Followers(StageGraph graph, StageItem item, IReadOnlyList<StagePart> parts, DateTimeOffset now)
    {
        foreach (StagePart part in parts)
            if (!graph.NextOf(item.Stage).Any(d => d.Stage == part.Stage && d.Scope == StageScope.Part))
                throw new InvalidOperationException(
                    $"{item.Stage} names a part of {part.Stage}, which is no stage of parts that follows it");
        List<StageItem> followers = [];
        foreach (StageDefinition next in graph.NextOf(item.Stage))
            if (next.Scope != StageScope.Run && OthersBefore(graph, next, item.Stage).Length == 0)
                followers.AddRange(KeysOf(graph, next, item, parts).Select(key => Follower(next, item, key, now)));
        return followers;
    }

    /// <summary>Opens what follows a success in addition to <see cref="Followers"/>.</summary>
    /// <param name="db">Context with the transaction.</param>
    /// <param name="graph">Table of stages.</param>
    /// <param name="item">The item that ended.</param>
    /// <param name="parts">Parts that it names.</param>
    /// <param name="added">Items added so far, by stage; this method adds its own.</param>
    /// <param name="now">When it ended.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task AfterSuccessAsync(
        PipelineDbContext db, StageGraph graph, StageItem item, IReadOnlyList<StagePart> parts, Dictionary<Stage, int> added,
        DateTimeOffset now,
        CancellationToken ct)
    {
        foreach (StageDefinition next in graph.NextOf(item.Stage).Where(d => d.Scope != StageScope.Run))
        {
            if (next.Scope == StageScope.Document && graph[item.Stage].Scope == StageScope.Run)
            {
                added[next.Stage] = await db.AddDocumentsAsync(item.RunId, next, now, ct);
                if (added[next.Stage] > 0) continue;
                await db.EndRunAsync(item.RunId, RunState.Failed, "the run has no documents", ct);
                return;
            }
            Stage[] others = OthersBefore(graph, next, item.Stage);
            if (others.Length == 0) continue;
            int count = 0;
            foreach (string key in KeysOf(graph, next, item, parts))
                if (await AddLastAsync(db, others, Follower(next, item, key, now), ct)) count++;
            added[next.Stage] = count;
        }
        await PassGatesAsync(db, graph, item, added, now, ct);
    }

    /// <summary>A failed whole-run stage ends the run; a failed document or part only means that nothing follows from it.</summary>
    public static Task AfterFailureAsync(PipelineDbContext db, StageGraph graph, StageItem item, DateTimeOffset now,
        CancellationToken ct) =>
        graph[item.Stage].Scope == StageScope.Run
            ? db.EndRunAsync(item.RunId, RunState.Failed, item.Error, ct)
            : PassGatesAsync(db, graph, item, [], now, ct);

    /// <summary>The keys under which items of a stage follow an item: those of the parts it names, or its own.</summary>
    private static IEnumerable<string> KeysOf(StageGraph graph, StageDefinition next, StageItem item, IReadOnlyList<StagePart> parts) =>
        next.Scope == StageScope.Part && parts.Any(p => p.Stage == next.Stage)
            ? parts.Where(p => p.Stage == next.Stage).Select(p => PartKey(item, p))
            : graph[item.Stage].Scope == next.Scope ? [item.Key] : [];       // the same document or part continues

    /// <summary>Other stages that must have succeeded with the same key before the next one begins.</summary>
    private static Stage[] OthersBefore(StageGraph graph, StageDefinition next, Stage ended) =>
        [.. graph.PreviousOf(next.Stage).Where(d => d.Scope == next.Scope && d.Stage != ended).Select(d => d.Stage)];

    private static StageItem Follower(StageDefinition next, StageItem item, string key, DateTimeOffset now) =>
        new(item.RunId, next.Stage, item.RunDocumentId, next.Attempts, now, key: key);

    private static string PartKey(StageItem parent, StagePart part) =>
        parent.RunDocumentId is { } document && parent.Key == document.ToString("N") ? $"{document:N}/{part.Key}" : part.Key;

    /// <summary>Adds an item unless other items it follows have not succeeded yet: the last of them adds it.</summary>
    private static async Task<bool> AddLastAsync(PipelineDbContext db, Stage[] others, StageItem next, CancellationToken ct)
    {
        // Two that end at the same time would each see the other unfinished, so they take turns.
        string meeting = $"{next.RunId:N} {next.Stage} {next.Key}";
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({meeting}, 0))", ct);
        int ready = await db.StageItems.CountAsync(i =>
            i.RunId == next.RunId && others.Contains(i.Stage) && i.Key == next.Key
            && (i.State == ItemState.Succeeded || i.State == ItemState.Skipped), ct);
        return ready == others.Length && await ItemTransitions.AddAsync(db, next, ct);
    }

    /// <summary>
    /// Fan-in. An item that ended no longer holds up the stages that wait for it; the items it added do. The row of a gate is
    /// locked until the commit, so that exactly one transaction sees zero.
    /// </summary>
    private static async Task PassGatesAsync(
        PipelineDbContext db, StageGraph graph, StageItem item, Dictionary<Stage, int> added, DateTimeOffset now, CancellationToken ct)
    {
        // Always in the graph's order, so that two endings cannot deadlock.
        foreach (Stage join in graph.JoinsAfter(item.Stage).OrderBy(graph.PositionOf))
        {
            int change = added.Where(a => graph.JoinsAfter(a.Key).Contains(join)).Sum(a => a.Value) - 1;
            if (change == 0) continue;
            if (await RunGates.ChangeAsync(db, graph, item.RunId, join, change, ct) > 0) continue;
            if (await NothingUsableAsync(db, graph, item.RunId, join, ct) is { } reason)
                await db.EndRunAsync(item.RunId, RunState.Failed, reason, ct);
            else if (join == StageGraph.End)
                await db.EndRunAsync(item.RunId, RunState.Succeeded, null, ct);
            else
                await db.AddItemAsync(graph, item.RunId, join, now, ct);
        }
    }

    /// <summary>Why the run cannot continue: none of the documents or parts that a stage waited for came through.</summary>
    private static async Task<string?> NothingUsableAsync(PipelineDbContext db, StageGraph graph, Guid runId, Stage join,
        CancellationToken ct)
    {
        if (join == StageGraph.End) return null;
        Stage[] feeding = [.. graph.PreviousOf(join).Where(d => d.Scope != StageScope.Run).Select(d => d.Stage)];
        if (feeding.Length == 0) return null;
        if (await db.StageItems.AnyAsync(
            i => i.RunId == runId && feeding.Contains(i.Stage)
            && (i.State == ItemState.Succeeded || i.State == ItemState.Skipped), ct)) return null;
        string? first = await db.StageItems.Where(i => i.RunId == runId && i.State == ItemState.Failed)
            .OrderBy(i => i.FinishedAt).Select(i => i.Error).FirstOrDefaultAsync(ct);
        int documents = await db.RunDocuments.CountAsync(d => d.RunId == runId && d.DuplicateOf == null, ct);
        return first is null
            ? $"{string.Join(", ", feeding)} had nothing to work on in any of the {documents} documents"
            : $"none of the {documents} documents could be used; the first reason: {first}";
    }
}
