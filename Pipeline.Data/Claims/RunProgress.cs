using Microsoft.EntityFrameworkCore;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Claims;

/// <summary>What the end of an item means for its run, by the table of stages. Every method works inside the transaction that ends the item.</summary>
internal static class RunProgress
{
    /// <summary>Opens what follows a success.</summary>
    public static async Task AfterSuccessAsync(
        PipelineDbContext db, StageGraph graph, StageItem item, IReadOnlyList<StagePart> parts, DateTimeOffset now, CancellationToken ct)
    {
        StageDefinition ended = graph[item.Stage];
        foreach (StagePart part in parts)
            if (!graph.NextOf(item.Stage).Any(d => d.Stage == part.Stage && d.Scope == StageScope.Part))
                throw new InvalidOperationException($"{item.Stage} names a part of {part.Stage}, which is no stage of parts that follows it");
        Dictionary<Stage, int> added = [];
        foreach (StageDefinition next in graph.NextOf(item.Stage).Where(d => d.Scope != StageScope.Run))
        {
            int count = await AddAsync(db, graph, ended, next, item, parts, now, ct);
            added[next.Stage] = count;
            if (count == 0 && ended.Scope == StageScope.Run && next.Scope == StageScope.Document)
            {
                await db.EndRunAsync(item.RunId, RunState.Failed, "the run has no documents", ct);
                return;
            }
        }
        await PassGatesAsync(db, graph, item, added, now, ct);
    }

    /// <summary>A run ends with a failure of the whole; the failure of a document or part only means that nothing follows from it.</summary>
    public static Task AfterFailureAsync(PipelineDbContext db, StageGraph graph, StageItem item, DateTimeOffset now, CancellationToken ct) =>
        graph[item.Stage].Scope == StageScope.Run
            ? db.EndRunAsync(item.RunId, RunState.Failed, item.Error, ct)
            : PassGatesAsync(db, graph, item, [], now, ct);

    private static async Task<int> AddAsync(
        PipelineDbContext db, StageGraph graph, StageDefinition ended, StageDefinition next, StageItem item, IReadOnlyList<StagePart> parts,
        DateTimeOffset now, CancellationToken ct)
    {
        if (next.Scope == StageScope.Document && ended.Scope == StageScope.Run) return await db.AddDocumentsAsync(item.RunId, next, now, ct);
        if (next.Scope == StageScope.Part && parts.Any(p => p.Stage == next.Stage))
        {
            int count = 0;
            foreach (StagePart part in parts.Where(p => p.Stage == next.Stage))
                if (await AddOneAsync(db, graph, next, item, PartKey(item, part), now, ct)) count++;
            return count;
        }
        // The same document, or the same part, goes on.
        return ended.Scope == next.Scope && await AddOneAsync(db, graph, next, item, item.Key, now, ct) ? 1 : 0;
    }

    private static string PartKey(StageItem parent, StagePart part) =>
        parent.RunDocumentId is { } document && parent.Key == document.ToString("N") ? $"{document:N}/{part.Key}" : part.Key;

    /// <summary>Adds an item, unless others that it follows too have not succeeded yet: the last of them adds it.</summary>
    private static async Task<bool> AddOneAsync(
        PipelineDbContext db, StageGraph graph, StageDefinition next, StageItem item, string key, DateTimeOffset now, CancellationToken ct)
    {
        Stage[] others = [.. graph.PreviousOf(next.Stage).Where(d => d.Scope == next.Scope && d.Stage != item.Stage).Select(d => d.Stage)];
        if (others.Length > 0)
        {
            // Two that end at the same time would each see the other unfinished: one after the other, then.
            string meeting = $"{item.RunId:N} {next.Stage} {key}";
            await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock(hashtextextended({meeting}, 0))", ct);
            int ready = await db.StageItems.CountAsync(
                i => i.RunId == item.RunId && others.Contains(i.Stage) && i.Key == key && (i.State == ItemState.Succeeded || i.State == ItemState.Skipped), ct);
            if (ready < others.Length) return false;
        }
        return await ItemTransitions.AddAsync(db, new StageItem(item.RunId, next.Stage, item.RunDocumentId, next.Attempts, now, key: key), ct);
    }

    /// <summary>
    /// Fan-in. An item that ended no longer holds up the stages that wait for it, and what it added does. The row of a gate is locked
    /// until the commit, so that exactly one transaction sees zero.
    /// </summary>
    private static async Task PassGatesAsync(
        PipelineDbContext db, StageGraph graph, StageItem item, Dictionary<Stage, int> added, DateTimeOffset now, CancellationToken ct)
    {
        // In the graph's order everywhere, so that two endings cannot lock each other out.
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

    /// <summary>Why there is no sense in going on: of the documents, or parts, that a stage waited for none came through.</summary>
    private static async Task<string?> NothingUsableAsync(PipelineDbContext db, StageGraph graph, Guid runId, Stage join, CancellationToken ct)
    {
        if (join == StageGraph.End) return null;
        Stage[] feeding = [.. graph.PreviousOf(join).Where(d => d.Scope != StageScope.Run).Select(d => d.Stage)];
        if (feeding.Length == 0) return null;
        if (await db.StageItems.AnyAsync(
            i => i.RunId == runId && feeding.Contains(i.Stage) && (i.State == ItemState.Succeeded || i.State == ItemState.Skipped), ct)) return null;
        string? first = await db.StageItems.Where(i => i.RunId == runId && i.State == ItemState.Failed)
            .OrderBy(i => i.FinishedAt).Select(i => i.Error).FirstOrDefaultAsync(ct);
        int documents = await db.RunDocuments.CountAsync(d => d.RunId == runId && d.DuplicateOf == null, ct);
        return first is null
            ? $"{string.Join(", ", feeding)} had nothing to work on in any of the {documents} documents"
            : $"none of the {documents} documents could be used; the first reason: {first}";
    }
}
