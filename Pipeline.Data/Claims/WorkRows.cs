using System.Buffers.Binary;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Claims;

/// <summary>Changes to runs and items that are part of the caller's transaction.</summary>
public static class WorkRows
{
    /// <summary>The database's clock, the only one that decides about leases.</summary>
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

    /// <summary>Keeps a user's interventions out until the transaction is over, but not other endings. Taken before any row.</summary>
    internal static NpgsqlBatchCommand ShareRun(Guid runId) => Statements.Of("SELECT pg_advisory_xact_lock_shared($1)", RunLock(runId));

    /// <summary>Keeps every ending of the run's items out until the transaction is over.</summary>
    public static Task LockRunAsync(this PipelineDbContext db, Guid runId, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({RunLock(runId)})", ct);

    /// <summary>Adds the first item of a run.</summary>
    public static Task OpenRunAsync(this PipelineDbContext db, StageGraph graph, Run run, CancellationToken ct) =>
        db.AddItemAsync(graph, run.Id, graph.Entry.Stage, run.CreatedAt, ct);

    /// <summary>Adds the item of a stage of the whole run with its outbox row, unless the run already has it.</summary>
    internal static Task<bool> AddItemAsync(
        this PipelineDbContext db, StageGraph graph, Guid runId, Stage stage, DateTimeOffset now, CancellationToken ct) =>
        ItemTransitions.AddAsync(db, new StageItem(runId, stage, null, graph[stage].Attempts, now), ct);

    /// <summary>Adds one item for every document of the run.</summary>
    /// <returns>Items added.</returns>
    internal static async Task<int> AddDocumentsAsync(
        this PipelineDbContext db, Guid runId, StageDefinition stage, DateTimeOffset now, CancellationToken ct)
    {
        Guid[] documents = await db.RunDocuments.Where(d => d.RunId == runId && d.DuplicateOf == null)
            .OrderBy(d => d.Path).Select(d => d.Id).ToArrayAsync(ct);
        if (documents.Length == 0) return 0;
        int priority = await db.Runs.Where(r => r.Id == runId).Select(r => r.Priority).SingleAsync(ct);
        db.StageItems.AddRange(documents.Select(d => new StageItem(runId, stage.Stage, d, stage.Attempts, now, priority)));
        await db.SaveChangesAsync(ct);
        string name = stage.Stage.Name;
        await db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO outbox_messages (item_id, stage)
            SELECT id, stage FROM stage_items WHERE run_id = {runId} AND stage = {name} ORDER BY id
            """, ct);
        return documents.Length;
    }

    /// <summary>Brings a run to its final state, once; what is still open is canceled with it.</summary>
    /// <returns>False when the run had ended before.</returns>
    public static async Task<bool> EndRunAsync(this PipelineDbContext db, Guid runId, RunState state, string? error, CancellationToken ct)
    {
        if (state == RunState.Canceled) await db.LockRunAsync(runId, ct);
        if (await RunTransitions.EndAsync(db, runId, state, error, ct) == 0) return false;
        await ItemTransitions.CancelAsync(db, runId, ct);
        await db.NotifyControlAsync(runId, ct);
        return true;
    }

    /// <summary>Notifies workers and followers, when the transaction commits, that items of the run were taken away.</summary>
    public static Task NotifyControlAsync(this PipelineDbContext db, Guid runId, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_notify({DatabaseSignals.ControlChannel}, {runId.ToString()})", ct);
}
