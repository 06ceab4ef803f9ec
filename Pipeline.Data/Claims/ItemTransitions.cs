using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;

namespace Pipeline.Data.Claims;

/// <summary>
/// Every change of an item's state made in SQL; the others are methods of <see cref="StageItem"/>. All of them follow
/// <see cref="StageItem.Allows"/>. States are literals in the statements because the indexes over waiting and leased items have
/// conditions that a parameter would not match.
/// </summary>
internal static class ItemTransitions
{
    private const string Pending = nameof(ItemState.Pending), Running = nameof(ItemState.Running), Paused = nameof(ItemState.Paused),
        Succeeded = nameof(ItemState.Succeeded), Skipped = nameof(ItemState.Skipped), Failed = nameof(ItemState.Failed),
        Canceled = nameof(ItemState.Canceled);

    /// <summary>What statements that end items have in common; the time is the third value.</summary>
    private const string Ended =
        "lease_until = NULL, finished_at = $3, seconds = seconds + greatest(0, extract(epoch FROM $3 - started_at))";

    private const string Claimed = $"""
        UPDATE stage_items
        SET state = '{Running}', attempt = attempt + 1, attempts_left = attempts_left - 1, worker = $1,
            lease_until = clock_timestamp() + $2, started_at = clock_timestamp(), not_before = NULL, estimated_end = NULL
        """;

    private const string Claimable = $"state = '{Pending}' AND attempts_left > 0 AND (not_before IS NULL OR not_before <= now())";

    /// <summary>Claims a waiting item for a worker and returns it, or returns nothing.</summary>
    public static NpgsqlBatchCommand Claim(Guid itemId, WorkerName worker, TimeSpan lease) =>
        // One statement decides; reading first and updating later would let two workers win.
        Statements.Of($"{Claimed} WHERE id = $3 AND {Claimable} RETURNING {StageItem.Columns}", worker.Value, lease, itemId);

    /// <summary>Claims the next item of a stage for a worker and returns it: highest priority first, then the oldest.</summary>
    public static NpgsqlBatchCommand ClaimNext(Stage stage, bool suspects, WorkerName worker, TimeSpan lease) => Statements.Of(
        $"""
        {Claimed}
        WHERE id = (
            SELECT id FROM stage_items WHERE stage = $3 AND suspect = $4 AND {Claimable}
            ORDER BY priority DESC, id LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING {StageItem.Columns}
        """, worker.Value, lease, stage.Name, suspects);

    /// <summary>
    /// Which items of a stage could be claimed now, including those whose rows are currently locked: one row for the suspects
    /// and one for the others, where there are any.
    /// </summary>
    public static NpgsqlBatchCommand Waiting(Stage stage) =>
        Statements.Of($"SELECT DISTINCT suspect FROM stage_items WHERE stage = $1 AND {Claimable}", stage.Name);

    /// <summary>
    /// Ends a claimed item that others may follow, adding the items that follow in any case and their outbox rows. Returns a
    /// row without a stage when the claim still owned the item, and one row per stage with the number of items added; otherwise
    /// nothing.
    /// </summary>
    /// <param name="claimed">The item as it was claimed.</param>
    /// <param name="now">When it ends.</param>
    /// <param name="skipped">Why there was nothing to do, or null for a success.</param>
    /// <param name="fromCache">Whether a stored result was used.</param>
    /// <param name="followers">Items to add, unless the run has them.</param>
    public static NpgsqlBatchCommand End(
        StageItem claimed, DateTimeOffset now, string? skipped, bool fromCache, IReadOnlyList<StageItem> followers)
    {
        string change = skipped is null
            ? $"state = '{Succeeded}', from_cache = $4, error = NULL, failure_kind = NULL, suspect = false, checkpoint_files = NULL, "
            + $"checkpoint_step = NULL"
            : $"state = '{Skipped}', error = $4";
        // A success no longer needs what earlier attempts left.
        object note = skipped is null ? fromCache : skipped;
        string ended = $"UPDATE stage_items SET {change}, {Ended} WHERE id = $1 AND attempt = $2 AND state = '{Running}' RETURNING run_id";
        if (followers.Count == 0)
            return Statements.Of($"WITH ended AS ({ended}) SELECT NULL::text, 0::bigint FROM ended", claimed.Id, claimed.Attempt, now,
                note);
        return Statements.Of($"""
            WITH ended AS ({ended}),
            added AS (
                INSERT INTO stage_items (id, run_id, stage, key, run_document_id, state, attempt, attempts_left, attempts_allowed,
                    created_at,
                    seconds, from_cache, transient_failures, suspect, priority)
                SELECT f.id, ended.run_id, f.stage, f.key, f.document, '{Pending}', 0, f.attempts, f.attempts, $3, 0, false, 0, false,
                    r.priority
                FROM ended JOIN runs AS r ON r.id = ended.run_id
                    CROSS JOIN unnest($5::uuid[], $6::text[], $7::text[], $8::uuid[], $9::int[]) AS f(id, stage, key, document, attempts)
                ON CONFLICT (run_id, stage, key) DO NOTHING
                RETURNING id, stage),
            queued AS (INSERT INTO outbox_messages (item_id, stage) SELECT id, stage FROM added ORDER BY id)
            SELECT NULL, 0 FROM ended UNION ALL SELECT stage::text, count(*) FROM added GROUP BY stage
            """, claimed.Id, claimed.Attempt, now, note,
            followers.Select(f => f.Id).ToArray(), followers.Select(f => f.Stage.Name).ToArray(), followers.Select(f => f.Key).ToArray(),
            followers.Select(f => f.RunDocumentId).ToArray(), followers.Select(f => f.AttemptsAllowed).ToArray());
    }

    /// <summary>Adds an item with its outbox row, unless the run already has it.</summary>
    /// <returns>Whether it was added.</returns>
    public static async Task<bool> AddAsync(PipelineDbContext db, StageItem item, CancellationToken ct)
    {
        string stage = item.Stage.Name;
        return await db.Database.ExecuteSqlAsync($"""
            WITH added AS (
                INSERT INTO stage_items (id, run_id, stage, key, run_document_id, state, attempt, attempts_left, attempts_allowed,
                    created_at,
                    seconds, from_cache, transient_failures, suspect, priority)
                SELECT {item.Id}, r.id, {stage}, {item.Key}, {item.RunDocumentId}, 'Pending', 0, {item.AttemptsLeft},
                    {item.AttemptsAllowed},
                    {item.CreatedAt}, 0, false, 0, false, r.priority
                FROM runs AS r WHERE r.id = {item.RunId}
                ON CONFLICT (run_id, stage, key) DO NOTHING
                RETURNING id, stage)
            INSERT INTO outbox_messages (item_id, stage) SELECT id, stage FROM added
            """, ct) > 0;
    }

    /// <summary>Takes the run's open items away from the queue and the workers. Interrupted items get their attempt back.</summary>
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

    /// <summary>Resets items that failed or were canceled, so that they can be opened.</summary>
    public static Task ReopenAsync(PipelineDbContext db, Guid[] ids, CancellationToken ct) => db.Database.ExecuteSqlRawAsync($$"""
        UPDATE stage_items SET state = '{{Paused}}', attempts_left = attempts_allowed, transient_failures = 0, not_before = NULL,
            error = NULL,
            failure_kind = NULL, finished_at = NULL
        WHERE id = ANY({0}) AND state IN ('{{Failed}}', '{{Canceled}}')
        """, [ids], ct);

    /// <summary>Ends whatever is still open in a run that has ended.</summary>
    public static Task CancelAsync(PipelineDbContext db, Guid runId, CancellationToken ct) => db.Database.ExecuteSqlRawAsync($$"""
        WITH open AS MATERIALIZED (
            SELECT id FROM stage_items WHERE run_id = {0} AND state IN ('{{Pending}}', '{{Running}}', '{{Paused}}') ORDER BY id FOR UPDATE)
        UPDATE stage_items AS i SET state = '{{Canceled}}', finished_at = clock_timestamp(), lease_until = NULL
            FROM open WHERE i.id = open.id
        """, [runId], ct);
}
