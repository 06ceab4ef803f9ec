using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Options;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Claims;

/// <summary>
/// Finds work whose worker or queue entry was lost. A worker counts as dead only when its lease has not changed for a while by
/// this process's own stopwatch: a clock jump or a server outage makes no live worker look dead and no dead one look alive.
/// </summary>
public sealed class StalledItems(IDbContextFactory<PipelineDbContext> contexts, StageGraph graph, IOptions<LeaseOptions> options,
    TimeProvider time)
{
    private readonly Dictionary<Guid, SeenLease> _seen = [];
    private long _lastLook;

    /// <param name="Attempt">Claim that was seen.</param>
    /// <param name="LeaseUntil">Its lease.</param>
    /// <param name="For">How long it has been seen unchanged.</param>
    private readonly record struct SeenLease(int Attempt, DateTimeOffset? LeaseUntil, TimeSpan For);

    private sealed record LeasedItem(Guid Id, Guid RunId, Stage Stage, int Attempt, DateTimeOffset? LeaseUntil, string? Worker,
        bool Overdue);

    // A live worker has renewed by then, even one just woken by the server's return.
    private TimeSpan Grace => TimeSpan.FromSeconds(Math.Min(options.Value.Seconds, 2.5 * options.Value.HeartbeatSeconds));

    /// <summary>
    /// Items whose worker died go back to the queue, or fail when their attempts are used up. Items that wait while the queue
    /// of their stage is empty are dispatched again. Call it regularly: it judges by what it saw before.
    /// </summary>
    /// <param name="emptyQueues">Stages whose queue holds nothing: a pending item of theirs has lost its queue entry.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Items that were moved.</returns>
    public async Task<int> RecoverAsync(IReadOnlyCollection<Stage> emptyQueues, CancellationToken ct)
    {
        try
        {
            await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
            int moved = await RecoverDeadAsync(db, ct);
            string[] stages = emptyQueues.Select(s => s.Name).ToArray();
            int redispatched = await db.Database.ExecuteSqlAsync($"""
                INSERT INTO outbox_messages (item_id, stage)
                SELECT i.id, i.stage FROM stage_items AS i
                WHERE i.state = 'Pending' AND i.stage = ANY({stages})
                    AND greatest(i.created_at, i.started_at, i.not_before) < now() - interval '5 seconds'
                  AND NOT EXISTS (SELECT 1 FROM outbox_messages AS m WHERE m.item_id = i.id)
                ORDER BY i.priority DESC, i.id LIMIT 200
                """, ct);
            if (moved + redispatched > 0) await Outbox.NotifyAsync(db, ct);
            return moved + redispatched;
        }
        catch
        {
            _seen.Clear();          // nobody could renew either: start watching afresh
            throw;
        }
    }

    private async Task<int> RecoverDeadAsync(PipelineDbContext db, CancellationToken ct)
    {
        // UtcNow is translated to SQL: it is the server's clock that counts.
        LeasedItem[] leased = await db.StageItems.Where(i => i.State == ItemState.Running).OrderBy(i => i.Id)
            .Select(i => new LeasedItem(i.Id, i.RunId, i.Stage, i.Attempt, i.LeaseUntil, i.Worker, i.LeaseUntil == null
            || i.LeaseUntil < DateTimeOffset.UtcNow)).ToArrayAsync(ct);
        Watch(leased);
        LeasedItem[] dead = leased.Where(i => _seen[i.Id].For >= (i.Overdue ? Grace : TimeSpan.FromSeconds(options.Value.Seconds) + Grace))
            .ToArray();
        int moved = 0;
        foreach (IGrouping<string?, LeasedItem> worker in dead.GroupBy(i => i.Worker))
        {
            // Any of several documents in one worker may have killed it: none is blamed, all are worked on alone from now on.
            int documents = worker.Count(i => IsPart(i.Stage));
            foreach (LeasedItem item in worker)
            {
                bool perDocument = IsPart(item.Stage);
                if (await RecoverAsync(db, item, blamed: perDocument ? documents == 1 : documents == 0, suspect: perDocument
                    && documents > 1, ct)) moved++;
            }
        }
        return moved;
    }

    private void Watch(LeasedItem[] leased)
    {
        long now = time.GetTimestamp();
        // A process that was itself frozen was not watching meanwhile.
        TimeSpan since = _lastLook == 0 ? TimeSpan.Zero : time.GetElapsedTime(_lastLook, now);
        if (since > Grace) since = Grace / 2;
        _lastLook = now;
        Dictionary<Guid, SeenLease> before = new(_seen);
        _seen.Clear();
        foreach (LeasedItem item in leased)
            _seen[item.Id] = before.TryGetValue(item.Id, out SeenLease seen) && seen.Attempt == item.Attempt
                && seen.LeaseUntil == item.LeaseUntil
                ? seen with { For = seen.For + since }
                : new SeenLease(item.Attempt, item.LeaseUntil, TimeSpan.Zero);
    }

    /// <summary>Whether the stage has many items. Unknown for a stage that only another version knows.</summary>
    private bool IsPart(Stage stage) => graph.Contains(stage) && graph[stage].Scope != StageScope.Run;

    private async Task<bool> RecoverAsync(PipelineDbContext db, LeasedItem dead, bool blamed, bool suspect, CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(ct);
        StageItem? item = await db.StageItems.FromSql($"""
            SELECT i.* FROM (SELECT pg_advisory_xact_lock_shared({WorkRows.RunLock(dead.RunId)})) AS l, stage_items AS i
            WHERE i.id = {dead.Id} AND i.state = 'Running' AND i.attempt = {dead.Attempt} AND i.lease_until IS NOT DISTINCT
                FROM {dead.LeaseUntil} FOR UPDATE OF i
            """).SingleOrDefaultAsync(ct);
        if (item is null) return false;             // its worker is alive after all, or another sweeper was faster
        DateTimeOffset now = await db.NowAsync(ct);
        string what = $"{item.Stage}: the worker {item.Worker} died during attempt {item.Attempt}";
        if (item.AttemptsLeft > 0 || !blamed)
        {
            item.RetryAfterCrash(now, blamed, suspect, what);
            db.OutboxMessages.Add(new OutboxMessage(item.Id, item.Stage));
            await db.SaveChangesAsync(ct);
        }
        else
        {
            item.Fail(now, FailureKind.Crash, $"{what}; {item.AttemptsAllowed} workers died with it, so it is not tried again");
            await db.SaveChangesAsync(ct);
            await RunProgress.AfterFailureAsync(db, graph, item, now, ct);
        }
        await transaction.CommitAsync(ct);
        return true;
    }
}
