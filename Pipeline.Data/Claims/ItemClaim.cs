using System.Diagnostics;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Claims;

/// <summary>
/// Ownership of one item. Its lease is renewed until it is completed, failed, released or disposed. Each ending is one
/// transaction with the outputs, the new state and the outbox rows of what follows; a stale owner cannot commit it, and it is
/// repeated while the server is unavailable.
/// </summary>
public sealed class ItemClaim : IAsyncDisposable
{
    private readonly ItemClaims _claims;
    private readonly CancellationTokenSource _lost = new();
    private readonly long _claimedAt = Stopwatch.GetTimestamp();
    private bool _ended;

    internal ItemClaim(StageItem item, ItemClaims claims)
    {
        (Item, _claims) = (item, claims);
        Lost = _lost.Token;
        claims.Keeper.Hold(this);
    }

    /// <summary>The item as it was claimed.</summary>
    public StageItem Item { get; }

    /// <summary>Canceled when the item is no longer this worker's: taken over, or its run was paused or canceled.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Current time by the database's clock as of the claim, so that later clock jumps do not change durations.</summary>
    private DateTimeOffset Now => Item.StartedAt!.Value + Stopwatch.GetElapsedTime(_claimedAt);

    /// <summary>Stores the result and what follows from it.</summary>
    /// <param name="write">
    /// Adds the outputs to the context; runs inside the transaction, which saves it. Repeated on a new context after an outage.
    /// </param>
    /// <param name="fromCache">Whether an earlier result was used.</param>
    /// <param name="ct">Cancels; nothing is stored then.</param>
    /// <param name="parts">Items of the stages of parts that follow.</param>
    /// <exception cref="LeaseLostException">The item now belongs to another worker. Nothing was stored.</exception>
    public Task CompleteAsync(
        Func<PipelineDbContext, CancellationToken, Task> write, bool fromCache, CancellationToken ct,
        IReadOnlyList<StagePart>? parts = null) =>
        UntilStoredAsync(mayBeStored => SucceedAsync(null, fromCache, parts ?? [], write, mayBeStored, ct), ct);

    /// <summary>Records that there was nothing to do and moves on to what follows.</summary>
    /// <exception cref="LeaseLostException">The item now belongs to another worker.</exception>
    public Task SkipAsync(string reason, CancellationToken ct) =>
        UntilStoredAsync(mayBeStored => SucceedAsync(reason, false, [], null, mayBeStored, ct), ct);

    /// <summary>
    /// Records a failure. Transient ones are retried after a pause while retries are left; others end the document, or the run
    /// when the item covers the whole run.
    /// </summary>
    /// <returns>Whether it failed for good.</returns>
    /// <exception cref="LeaseLostException">The item now belongs to another worker.</exception>
    public async Task<bool> FailAsync(FailureKind kind, string error, CancellationToken ct)
    {
        bool forGood = kind != FailureKind.Transient || Item.TransientFailures >= _claims.Options.TransientRetries;
        await EndAsync([ItemState.Failed, ItemState.Pending], async (db, item) =>
        {
            if (!forGood)
            {
                DateTimeOffset notBefore = await db.NowAsync(ct)
                    + TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, Math.Min(10, item.TransientFailures))));
                item.RetryAfterTrouble(Now, notBefore, error);
                db.OutboxMessages.Add(new OutboxMessage(item.Id, item.Stage, notBefore));
                await db.SaveChangesAsync(ct);
                return;
            }
            item.Fail(Now, kind, error);
            await db.SaveChangesAsync(ct);
            await RunProgress.AfterFailureAsync(db, _claims.Stages, item, Now, ct);
        }, ct);
        return forGood;
    }

    /// <summary>Returns the item unfinished so that another worker can continue it: this one is shutting down.</summary>
    /// <exception cref="LeaseLostException">The item now belongs to another worker.</exception>
    public Task ReleaseAsync(CancellationToken ct) =>
        EndAsync([ItemState.Pending], async (db, item) =>
        {
            item.Release(Now);
            db.OutboxMessages.Add(new OutboxMessage(item.Id, item.Stage));
            await db.SaveChangesAsync(ct);
        }, ct);

    /// <summary>Records that the work so far is safe, so that a later crash restarts the count of attempts.</summary>
    public async Task ProgressSavedAsync(CancellationToken ct)
    {
        await Transience.UntilAnsweredAsync(async () =>
        {
            await using PipelineDbContext db = await _claims.Contexts.CreateDbContextAsync(ct);
            return await db.Database.ExecuteSqlAsync(
                $"""
                UPDATE stage_items SET attempts_left = attempts_allowed
                WHERE id = {Item.Id} AND attempt = {Item.Attempt} AND state = 'Running'
                """, ct);
        }, null, ct);
        Progressed();
    }

    /// <summary>Records a checkpoint that is in the artifact store, replacing the previous one.</summary>
    /// <param name="step">Its step.</param>
    /// <param name="files">Path in its folder to hash.</param>
    /// <param name="ct">Cancels.</param>
    public Task NoteCheckpointAsync(int step, IReadOnlyDictionary<string, string> files, CancellationToken ct) =>
        Transience.UntilAnsweredAsync(async () =>
    {
        await using PipelineDbContext db = await _claims.Contexts.CreateDbContextAsync(ct);
        return await db.Database.ExecuteSqlAsync($"""
            UPDATE stage_items SET checkpoint_step = {step}, checkpoint_files = {JsonSerializer.Serialize(files)}::jsonb
            WHERE id = {Item.Id} AND attempt = {Item.Attempt} AND state = 'Running'
            """, ct);
    }, null, ct);

    /// <summary>
    /// Reports how far the work is. Cheap enough to call at every step; stored with the lease, at most a few times per second.
    /// </summary>
    /// <param name="done">Units done: steps, examples, documents.</param>
    /// <param name="total">Units in total.</param>
    public void Report(int done, int total)
    {
        Progress.Report(done, total, Stopwatch.GetTimestamp());
        _claims.Keeper.WakeForProgress();
    }

    /// <summary>Whether ending this item also claims the next one.</summary>
    internal Func<bool>? MayContinue { get; set; }

    internal WorkProgress Progress { get; } = new();

    /// <summary>Version of <see cref="Progress"/> that is stored.</summary>
    internal long ProgressStored { get; set; }

    /// <summary>Notifies everyone following the run that there is something new.</summary>
    public void Progressed() => _claims.Signals.RunChanged(Item.RunId);

    /// <summary>Stops renewing the lease. An item that has not ended stays leased until the lease expires, as after a crash.</summary>
    public ValueTask DisposeAsync()
    {
        _claims.Keeper.Drop(this);
        _lost.Dispose();
        return ValueTask.CompletedTask;
    }

    internal void Lose()
    {
        if (_ended) return;
        try
        {
            _lost.Cancel();
        }
        catch (ObjectDisposedException) { }     // it ended just now
    }

    private Task EndAsync(ItemState[] ends, Func<PipelineDbContext, StageItem, Task> end, CancellationToken ct) =>
        UntilStoredAsync(mayBeStored => EndOnceAsync(ends, end, mayBeStored, ct), ct);

    /// <param name="end">Ends the item; its argument says whether an earlier try lost its connection, possibly after the commit.</param>
    /// <param name="ct">Cancels.</param>
    private async Task UntilStoredAsync(Func<bool, Task> end, CancellationToken ct)
    {
        bool mayBeStored = false;
        await Transience.UntilAnsweredAsync(
            async () =>
            {
                await end(mayBeStored);
                return true;
            },
            (failures, e) =>
            {
                mayBeStored = true;
                ClaimLog.EndFailed(_claims.Logger, Item.Stage, failures, e.Message);
            }, ct);
        _ended = true;
        _claims.Keeper.Drop(this);
        _claims.Signals.OutboxWritten();
        _claims.Signals.RunChanged(Item.RunId);
    }

    /// <param name="ends">States that the item may have afterwards.</param>
    /// <param name="end">Changes the item and adds what follows.</param>
    /// <param name="mayBeStored">An earlier try lost its connection, possibly after the commit.</param>
    /// <param name="ct">Cancels.</param>
    private async Task EndOnceAsync(ItemState[] ends, Func<PipelineDbContext, StageItem, Task> end, bool mayBeStored, CancellationToken ct)
    {
        await using PipelineDbContext db = await _claims.Contexts.CreateDbContextAsync(ct);
        db.Database.AutoSavepointsEnabled = false;      // it is all or nothing; a savepoint would cost two round trips
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(ct);
        // Shared: endings do not wait for each other, but a user's pause or cancel and an ending do. Taken before any row.
        StageItem item = await db.StageItems.FromSql($"""
            SELECT i.* FROM (SELECT pg_advisory_xact_lock_shared({WorkRows.RunLock(Item.RunId)})) AS l, stage_items AS i
                WHERE i.id = {Item.Id} FOR UPDATE OF i
            """).SingleAsync(ct);
        if (item.State != ItemState.Running || item.Attempt != Item.Attempt)
        {
            if (mayBeStored && IsEndOfThis(item, ends)) return;
            throw new LeaseLostException(Item.Id, Item.Stage, Item.Attempt);
        }
        await end(db, item);
        await transaction.CommitAsync(ct);      // outputs, state and what follows are visible together from here on
    }

    private bool IsEndOfThis(StageItem item, params ReadOnlySpan<ItemState> ends) =>
        item.Attempt == Item.Attempt && item.Worker == Item.Worker && ends.Contains(item.State);

    /// <summary>
    /// Ends the item as succeeded or skipped, with as few messages to the server as possible, since every item ends this way.
    /// </summary>
    private async Task SucceedAsync(
        string? skipped, bool fromCache, IReadOnlyList<StagePart> parts, Func<PipelineDbContext, CancellationToken, Task>? write,
        bool mayBeStored,
        CancellationToken ct)
    {
        DateTimeOffset now = Now;
        IReadOnlyList<StageItem> followers = RunProgress.Followers(_claims.Stages, Item, parts, now);
        await using PipelineDbContext db = await _claims.Contexts.CreateDbContextAsync(ct);
        db.Database.AutoSavepointsEnabled = false;      // as above
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(ct);
        Dictionary<Stage, int>? added = await EndWithFollowersAsync(db, ItemTransitions.End(Item, now, skipped, fromCache, followers), ct);
        if (added is null)
        {
            StageItem item = await db.StageItems.AsNoTracking().SingleAsync(i => i.Id == Item.Id, ct);
            if (mayBeStored && IsEndOfThis(item, skipped is null ? ItemState.Succeeded : ItemState.Skipped)) return;
            throw new LeaseLostException(Item.Id, Item.Stage, Item.Attempt);
        }
        if (write is not null)
        {
            await write(db, ct);
            await db.SaveChangesAsync(ct);
        }
        await RunProgress.AfterSuccessAsync(db, _claims.Stages, Item, parts, added, now, ct);
        // Outputs, state and what follows are visible together after the commit, and so is the claim of the next item.
        if (MayContinue?.Invoke() != true) await transaction.CommitAsync(ct);
        else if (await ClaimNextAndCommitAsync(db, ct) is { } next) _claims.Follow(this, next);
    }

    /// <returns>Items added by stage, or null when the item no longer belongs to this claim.</returns>
    private async Task<Dictionary<Stage, int>?> EndWithFollowersAsync(PipelineDbContext db, NpgsqlBatchCommand end, CancellationToken ct)
    {
        await using NpgsqlBatch batch = db.Batch(WorkRows.ShareRun(Item.RunId), end);
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        bool ours = false;
        Dictionary<Stage, int> added = [];
        while (await reader.ReadAsync(ct))
            if (await reader.IsDBNullAsync(0, ct)) ours = true;
            else added[new Stage(reader.GetString(0))] = (int)reader.GetInt64(1);
        return ours ? added : null;
    }

    private async Task<StageItem?> ClaimNextAndCommitAsync(PipelineDbContext db, CancellationToken ct)
    {
        await using NpgsqlBatch batch = db.Batch(_claims.NextLike(Item), Statements.Of("COMMIT"));
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(ct);
        StageItem? next = await reader.ReadAsync(ct) ? StageItem.Read(reader) : null;
        while (await reader.NextResultAsync(ct)) { }        // the commit's answer
        return next;
    }
}
