using Microsoft.EntityFrameworkCore;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Claims;

/// <summary>
/// Every change of an item's state that SQL makes; the others are methods of <see cref="StageItem"/>. All of them keep to
/// <see cref="StageItem.Allows"/>. States are literals of the statements, since the indexes over waiting and leased items have
/// conditions that a parameter would not meet.
/// </summary>
internal static class ItemTransitions
{
    private const string Pending = nameof(ItemState.Pending), Running = nameof(ItemState.Running), Paused = nameof(ItemState.Paused),
        Failed = nameof(ItemState.Failed), Canceled = nameof(ItemState.Canceled);

    private const string Claimed = $$"""
        UPDATE stage_items AS i
        SET state = '{{Running}}', attempt = i.attempt + 1, attempts_left = i.attempts_left - 1, worker = {0},
            lease_until = clock_timestamp() + {1}, started_at = clock_timestamp(), not_before = NULL, estimated_end = NULL
        """;

    private const string Claimable = $"state = '{Pending}' AND attempts_left > 0 AND (not_before IS NULL OR not_before <= now())";

    /// <summary>An item that waits becomes a worker's, or nothing is returned.</summary>
    public static IQueryable<StageItem> Claim(PipelineDbContext db, Guid itemId, WorkerName worker, TimeSpan lease) =>
        // One statement decides; reading first and updating later would let two workers win.
        db.StageItems.FromSqlRaw(Claimed + " WHERE i.id = {2} AND " + Claimable + " RETURNING i.*", worker.Value, lease, itemId);

    /// <summary>The next item of a stage becomes a worker's: highest priority first, then the oldest.</summary>
    public static IQueryable<StageItem> ClaimNext(PipelineDbContext db, Stage stage, bool suspects, WorkerName worker, TimeSpan lease) =>
        db.StageItems.FromSqlRaw($$"""
            {{Claimed}}
            WHERE i.id = (
                SELECT id FROM stage_items WHERE stage = {2} AND suspect = {3} AND {{Claimable}}
                ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING i.*
            """, worker.Value, lease, stage.Name, suspects);

    /// <summary>Adds an item with its outbox row, unless the run already has it.</summary>
    /// <returns>Whether it was added.</returns>
    public static async Task<bool> AddAsync(PipelineDbContext db, StageItem item, CancellationToken ct)
    {
        string stage = item.Stage.Name;
        return await db.Database.ExecuteSqlAsync($"""
            WITH added AS (
                INSERT INTO stage_items (id, run_id, stage, key, run_document_id, state, attempt, attempts_left, attempts_allowed, created_at,
                    seconds, from_cache, transient_failures, suspect, priority)
                SELECT {item.Id}, r.id, {stage}, {item.Key}, {item.RunDocumentId}, 'Pending', 0, {item.AttemptsLeft}, {item.AttemptsAllowed},
                    {item.CreatedAt}, 0, false, 0, false, r.priority
                FROM runs AS r WHERE r.id = {item.RunId}
                ON CONFLICT (run_id, stage, key) DO NOTHING
                RETURNING id, stage)
            INSERT INTO outbox_messages (item_id, stage) SELECT id, stage FROM added
            """, ct) > 0;
    }

    /// <summary>Takes the run's open items from queue and workers. Who was interrupted gets its attempt back.</summary>
    public static Task PauseAsync(PipelineDbContext db, Guid runId, CancellationToken ct) => db.Database.ExecuteSqlRawAsync($$"""
        WITH open AS MATERIALIZED (
            SELECT id, state FROM stage_items WHERE run_id = {0} AND state IN ('{{Pending}}', '{{Running}}') ORDER BY id FOR UPDATE),
        paused AS (
            UPDATE stage_items AS i SET state = '{{Paused}}', lease_until = NULL,
                attempts_left = CASE WHEN open.state = '{{Running}}' THEN least(attempts_left + 1, attempts_allowed) ELSE attempts_left END,
                seconds = seconds + CASE WHEN open.state = '{{Running}}'
                    THEN greatest(0, extract(epoch FROM clock_timestamp() - started_at)) ELSE 0 END
            FROM open WHERE i.id = open.id RETURNING i.id)
        DELETE FROM outbox_messages AS m USING stage_items AS i WHERE i.id = m.item_id AND i.run_id = {0}
        """, [runId], ct);

    /// <summary>Puts the run's paused items back into the queue.</summary>
    public static Task OpenAsync(PipelineDbContext db, Guid runId, CancellationToken ct) => db.Database.ExecuteSqlRawAsync($$"""
        WITH opened AS (
            UPDATE stage_items SET state = '{{Pending}}' WHERE run_id = {0} AND state = '{{Paused}}' RETURNING id, stage, not_before)
        INSERT INTO outbox_messages (item_id, stage, not_before) SELECT id, stage, not_before FROM opened ORDER BY id
        """, [runId], ct);

    /// <summary>Makes items that failed or were canceled as good as new, to be opened.</summary>
    public static Task ReopenAsync(PipelineDbContext db, Guid[] ids, CancellationToken ct) => db.Database.ExecuteSqlRawAsync($$"""
        UPDATE stage_items SET state = '{{Paused}}', attempts_left = attempts_allowed, transient_failures = 0, not_before = NULL, error = NULL,
            failure_kind = NULL, finished_at = NULL
        WHERE id = ANY({0}) AND state IN ('{{Failed}}', '{{Canceled}}')
        """, [ids], ct);

    /// <summary>Ends whatever is open of a run that has ended.</summary>
    public static Task CancelAsync(PipelineDbContext db, Guid runId, CancellationToken ct) => db.Database.ExecuteSqlRawAsync($$"""
        WITH open AS MATERIALIZED (
            SELECT id FROM stage_items WHERE run_id = {0} AND state IN ('{{Pending}}', '{{Running}}', '{{Paused}}') ORDER BY id FOR UPDATE)
        UPDATE stage_items AS i SET state = '{{Canceled}}', finished_at = clock_timestamp(), lease_until = NULL FROM open WHERE i.id = open.id
        """, [runId], ct);
}
