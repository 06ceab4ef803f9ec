using System.Buffers.Binary;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Claims;

/// <summary>Changes to runs and items that belong into somebody's transaction.</summary>
public static class WorkRows
{
    /// <summary>The database's clock, which alone decides about leases.</summary>
    public static async Task<DateTimeOffset> NowAsync(this PipelineDbContext db, CancellationToken ct) =>
        (await db.Database.SqlQuery<DateTime>($"SELECT clock_timestamp() AS \"Value\"").ToListAsync(ct)).Single();

    /// <summary>
    /// Key of the advisory lock that orders a run's endings (shared) and a user's interventions (exclusive). Always taken before any
    /// row of the run, so that the two cannot deadlock.
    /// </summary>
    internal static long RunLock(Guid runId)
    {
        Span<byte> bytes = stackalloc byte[16];
        runId.TryWriteBytes(bytes);
        return BinaryPrimitives.ReadInt64LittleEndian(bytes) ^ BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]);
    }

    /// <summary>Keeps every ending of the run's items out until the transaction is over.</summary>
    public static Task LockRunAsync(this PipelineDbContext db, Guid runId, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({RunLock(runId)})", ct);

    /// <summary>Adds an item with its outbox row, unless the run already has it.</summary>
    public static async Task AddItemAsync(this PipelineDbContext db, Guid runId, Stage stage, Guid? runDocumentId, DateTimeOffset now, CancellationToken ct)
    {
        StageItem item = new(runId, stage, runDocumentId, StageChain.Attempts(stage), now);
        string stageName = stage.ToString();
        await db.Database.ExecuteSqlAsync($"""
            WITH added AS (
                INSERT INTO stage_items (id, run_id, stage, key, run_document_id, state, attempt, attempts_left, attempts_allowed, created_at, seconds, from_cache, transient_failures, suspect, priority)
                SELECT {item.Id}, r.id, {stageName}, {item.Key}, {runDocumentId}, 'Pending', 0, {item.AttemptsLeft}, {item.AttemptsAllowed}, {now}, 0, false, 0, false, r.priority
                FROM runs AS r WHERE r.id = {runId}
                ON CONFLICT (run_id, stage, key) DO NOTHING
                RETURNING id, stage)
            INSERT INTO outbox_messages (item_id, stage) SELECT id, stage FROM added
            """, ct);
    }

    /// <summary>Adds one extraction item for every document of the run and sets the run's open count.</summary>
    internal static async Task OpenDocumentsAsync(this PipelineDbContext db, Guid runId, DateTimeOffset now, CancellationToken ct)
    {
        Guid[] documents = await db.RunDocuments.Where(d => d.RunId == runId && d.DuplicateOf == null).OrderBy(d => d.Path).Select(d => d.Id).ToArrayAsync(ct);
        if (documents.Length == 0)
        {
            await db.EndRunAsync(runId, RunState.Failed, "the run has no documents", ct);
            return;
        }
        int attempts = StageChain.Attempts(Stage.Extract), count = documents.Length;
        int priority = (await db.Database.SqlQuery<int>(
            $"UPDATE runs SET open_documents = {count} WHERE id = {runId} RETURNING priority AS \"Value\"").ToListAsync(ct)).Single();
        db.StageItems.AddRange(documents.Select(d => new StageItem(runId, Stage.Extract, d, attempts, now, priority)));
        await db.SaveChangesAsync(ct);
        await db.Database.ExecuteSqlAsync(
            $"INSERT INTO outbox_messages (item_id, stage) SELECT id, stage FROM stage_items WHERE run_id = {runId} AND stage = 'Extract' ORDER BY id", ct);
    }

    /// <summary>Brings a run to its final state, once; what is still open is canceled with it.</summary>
    /// <returns>False when the run had ended before.</returns>
    public static async Task<bool> EndRunAsync(this PipelineDbContext db, Guid runId, RunState state, string? error, CancellationToken ct)
    {
        string stateName = state.ToString();
        if (state == RunState.Canceled) await db.LockRunAsync(runId, ct);
        int ended = await db.Database.ExecuteSqlAsync(
            $"UPDATE runs SET state = {stateName}, error = {error}, finished_at = clock_timestamp() WHERE id = {runId} AND state IN ('Pending', 'Running', 'Paused')", ct);
        if (ended == 0) return false;
        await db.Database.ExecuteSqlAsync(
            $"""
            WITH open AS MATERIALIZED (SELECT id FROM stage_items WHERE run_id = {runId} AND state IN ('Pending', 'Running', 'Paused') ORDER BY id FOR UPDATE)
            UPDATE stage_items AS i SET state = 'Canceled', finished_at = clock_timestamp(), lease_until = NULL FROM open WHERE i.id = open.id
            """, ct);
        await db.InterveneAsync(runId, ct);
        return true;
    }

    /// <summary>Tells workers and followers, when the transaction commits, that items of the run were taken from them.</summary>
    public static Task InterveneAsync(this PipelineDbContext db, Guid runId, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_notify({Postgres.DatabaseSignals.ControlChannel}, {runId.ToString()})", ct);
}
