using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Claims;

/// <summary>What a user does to a run. Each is one transaction that no ending of an item can cross.</summary>
public static class RunControl
{
    /// <summary>Takes the run's open items from queue and workers, until it is resumed. Workers notice at once and save what they have.</summary>
    /// <returns>False when the run is paused already or has ended.</returns>
    public static Task<bool> PauseAsync(this PipelineDbContext db, Guid runId, CancellationToken ct) => InTurnAsync(db, runId, async () =>
    {
        if (await db.Database.ExecuteSqlAsync($"UPDATE runs SET state = 'Paused' WHERE id = {runId} AND state IN ('Pending', 'Running')", ct) == 0) return false;
        await db.Database.ExecuteSqlAsync($"""
            WITH open AS MATERIALIZED (SELECT id, state FROM stage_items WHERE run_id = {runId} AND state IN ('Pending', 'Running') ORDER BY id FOR UPDATE)
            UPDATE stage_items AS i SET state = 'Paused', lease_until = NULL,
                attempts_left = CASE WHEN open.state = 'Running' THEN least(attempts_left + 1, attempts_allowed) ELSE attempts_left END,
                seconds = seconds + CASE WHEN open.state = 'Running' THEN greatest(0, extract(epoch FROM clock_timestamp() - started_at)) ELSE 0 END
            FROM open WHERE i.id = open.id
            """, ct);
        await db.Database.ExecuteSqlAsync($"DELETE FROM outbox_messages AS m USING stage_items AS i WHERE i.id = m.item_id AND i.run_id = {runId}", ct);
        await db.InterveneAsync(runId, ct);
        return true;
    }, ct);

    /// <summary>Puts a paused run back to work.</summary>
    /// <returns>False when it is not paused.</returns>
    public static Task<bool> ResumeAsync(this PipelineDbContext db, Guid runId, CancellationToken ct) => InTurnAsync(db, runId, async () =>
    {
        if (await db.Database.ExecuteSqlAsync(
            $"UPDATE runs SET state = CASE WHEN started_at IS NULL THEN 'Pending' ELSE 'Running' END WHERE id = {runId} AND state = 'Paused'", ct) == 0) return false;
        await OpenAsync(db, runId, ItemState.Paused, ct);
        return true;
    }, ct);

    /// <summary>
    /// Works again on what failed or was canceled: the whole run, one stage, or one item. What was built on the other documents
    /// alone (dataset and later) is built again when a document joins it; stored results are reused by their keys.
    /// </summary>
    /// <param name="db">Context.</param>
    /// <param name="runId">The run.</param>
    /// <param name="stage">Only this stage.</param>
    /// <param name="itemId">Only this item.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Items put back to work; 0 when none had failed.</returns>
    public static Task<int> RetryAsync(this PipelineDbContext db, Guid runId, Stage? stage, Guid? itemId, CancellationToken ct) => InTurnAsync(db, runId, async () =>
    {
        StageItem[] ended = await db.StageItems.AsNoTracking()
            .Where(i => i.RunId == runId && (i.State == ItemState.Failed || i.State == ItemState.Canceled) && (stage == null || i.Stage == stage) && (itemId == null || i.Id == itemId))
            .ToArrayAsync(ct);
        if (ended.Length == 0) return 0;
        // A document that comes back changes the dataset and everything after it.
        if (ended.Any(i => StageChain.IsPerDocument(i.Stage)))
        {
            await db.Database.ExecuteSqlAsync($"DELETE FROM stage_items WHERE run_id = {runId} AND stage IN ('Dataset', 'Train', 'Evaluate', 'Publish')", ct);
            await db.Database.ExecuteSqlAsync($"UPDATE runs SET dataset_id = NULL, training_id = NULL, evaluation_id = NULL, adapter_id = NULL WHERE id = {runId}", ct);
            await db.Database.ExecuteSqlAsync($"DELETE FROM datasets WHERE run_id = {runId}", ct);       // a run has one
            await db.Database.ExecuteSqlAsync($"DELETE FROM training_metrics WHERE run_id = {runId}", ct);
            ended = ended.Where(i => i.Stage <= Stage.Caption).ToArray();
        }
        Guid[] ids = ended.Select(i => i.Id).ToArray();
        // Those that failed were counted as finished; those that were canceled were not.
        int reopened = ended.Count(i => StageChain.IsPerDocument(i.Stage) && i.State == ItemState.Failed);
        await db.Database.ExecuteSqlAsync(
            $"UPDATE runs SET state = 'Running', error = NULL, finished_at = NULL, open_documents = open_documents + {reopened}, started_at = coalesce(started_at, now()) WHERE id = {runId}", ct);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE stage_items SET state = 'Paused', attempts_left = attempts_allowed, transient_failures = 0, not_before = NULL, error = NULL, failure_kind = NULL, finished_at = NULL
            WHERE id = ANY({ids})
            """, ct);
        await OpenAsync(db, runId, ItemState.Paused, ct);
        return ids.Length;
    }, ct);

    /// <summary>Changes which run's work is claimed first.</summary>
    /// <returns>False when there is no such run.</returns>
    public static Task<bool> PrioritizeAsync(this PipelineDbContext db, Guid runId, int priority, CancellationToken ct) => InTurnAsync(db, runId, async () =>
    {
        if (await db.Database.ExecuteSqlAsync($"UPDATE runs SET priority = {priority} WHERE id = {runId}", ct) == 0) return false;
        await db.Database.ExecuteSqlAsync($"UPDATE stage_items SET priority = {priority} WHERE run_id = {runId} AND state IN ('Pending', 'Paused')", ct);
        return true;
    }, ct);

    private static async Task OpenAsync(PipelineDbContext db, Guid runId, ItemState from, CancellationToken ct)
    {
        string state = from.ToString();
        await db.Database.ExecuteSqlAsync($"""
            WITH opened AS (UPDATE stage_items SET state = 'Pending' WHERE run_id = {runId} AND state = {state} RETURNING id, stage, not_before)
            INSERT INTO outbox_messages (item_id, stage, not_before) SELECT id, stage, not_before FROM opened ORDER BY id
            """, ct);
        await Outbox.NotifyAsync(db, ct);
        await db.InterveneAsync(runId, ct);
    }

    private static async Task<T> InTurnAsync<T>(PipelineDbContext db, Guid runId, Func<Task<T>> change, CancellationToken ct)
    {
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(ct);
        await db.LockRunAsync(runId, ct);
        T result = await change();
        await transaction.CommitAsync(ct);
        return result;
    }
}
