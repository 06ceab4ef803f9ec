using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Claims;

/// <summary>Finds work whose worker or queue entry was lost.</summary>
public sealed class StalledItems(IDbContextFactory<PipelineDbContext> contexts)
{
    /// <summary>
    /// Items whose lease ran out go back to the queue, or fail when their attempts are used up. Items that wait although the
    /// queue of their stage is empty are dispatched again.
    /// </summary>
    /// <param name="emptyQueues">Stages whose queue holds nothing: a pending item of theirs has lost its queue entry.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Items that were moved.</returns>
    public async Task<int> RecoverAsync(IReadOnlyCollection<Stage> emptyQueues, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        int moved = 0;
        foreach (var dead in await db.StageItems
            .FromSql($"SELECT * FROM stage_items WHERE state = 'Running' AND lease_until < now()")
            .OrderBy(i => i.Id).Select(i => new { i.Id, i.RunId }).AsNoTracking().ToArrayAsync(ct))
            if (await RecoverDeadAsync(db, dead.RunId, dead.Id, ct)) moved++;

        string[] stages = emptyQueues.Select(s => s.ToString()).ToArray();
        int redispatched = await db.Database.ExecuteSqlAsync($"""
            INSERT INTO outbox_messages (item_id, stage)
            SELECT i.id, i.stage FROM stage_items AS i
            WHERE i.state = 'Pending' AND i.stage = ANY({stages}) AND i.dispatched_at < now() - interval '10 seconds'
              AND (i.not_before IS NULL OR i.not_before <= now())
              AND NOT EXISTS (SELECT 1 FROM outbox_messages AS m WHERE m.item_id = i.id)
            """, ct);
        if (moved + redispatched > 0) await Outbox.NotifyAsync(db, ct);
        return moved + redispatched;
    }

    private static async Task<bool> RecoverDeadAsync(PipelineDbContext db, Guid runId, Guid itemId, CancellationToken ct)
    {
        db.ChangeTracker.Clear();
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(ct);
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM runs WHERE id = {runId} FOR UPDATE", ct);
        StageItem? item = await db.StageItems
            .FromSql($"SELECT * FROM stage_items WHERE id = {itemId} AND state = 'Running' AND lease_until < now() FOR UPDATE").SingleOrDefaultAsync(ct);
        if (item is null) return false;             // its worker is alive after all, or another sweeper was faster
        DateTimeOffset now = await db.NowAsync(ct);
        string what = $"{item.Stage}: the worker {item.Worker} died during attempt {item.Attempt}";
        if (item.AttemptsLeft > 0)
        {
            item.RetryLater(now, now, FailureKind.Crash, what);
            db.OutboxMessages.Add(new OutboxMessage(item.Id, item.Stage));
            await db.SaveChangesAsync(ct);
        }
        else
        {
            item.Fail(now, FailureKind.Crash, $"{what}; {item.AttemptsAllowed} workers died with it, so it is not tried again");
            await db.SaveChangesAsync(ct);
            await RunProgress.AfterFailureAsync(db, item, now, ct);
        }
        await transaction.CommitAsync(ct);
        return true;
    }
}
