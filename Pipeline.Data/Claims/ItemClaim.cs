using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Claims;

/// <summary>
/// Ownership of one item. Renews its lease until it is completed, failed, released or disposed. Each ending is one transaction
/// that holds the outputs, the new state and the outbox rows of what follows, and that a stale owner cannot commit.
/// </summary>
public sealed class ItemClaim : IAsyncDisposable
{
    private readonly IDbContextFactory<PipelineDbContext> _contexts;
    private readonly NpgsqlDataSource _source;
    private readonly LeaseOptions _options;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly Task _heartbeat;

    internal ItemClaim(StageItem item, IDbContextFactory<PipelineDbContext> contexts, NpgsqlDataSource source, LeaseOptions options, ILogger logger)
    {
        (Item, _contexts, _source, _options, _logger) = (item, contexts, source, options, logger);
        _heartbeat = Task.Run(RenewAsync);
    }

    /// <summary>The item as it was claimed.</summary>
    public StageItem Item { get; }

    /// <summary>Canceled when the item is no longer this worker's: taken over, or its run was canceled.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Stores the result and what follows from it.</summary>
    /// <param name="write">Adds the outputs to the context; runs inside the transaction and is saved by it.</param>
    /// <param name="fromCache">Whether an earlier result was used.</param>
    /// <param name="ct">Cancels; nothing is stored then.</param>
    /// <exception cref="LeaseLostException">The item belongs to another worker by now. Nothing was stored.</exception>
    public Task CompleteAsync(Func<PipelineDbContext, CancellationToken, Task> write, bool fromCache, CancellationToken ct) =>
        EndAsync(async (db, item, now) =>
        {
            item.Succeed(now, fromCache);
            await write(db, ct);
            await db.SaveChangesAsync(ct);
            await RunProgress.AfterSuccessAsync(db, item, now, ct);
        }, ct);

    /// <summary>Records that there was nothing to do and goes on.</summary>
    /// <exception cref="LeaseLostException">The item belongs to another worker by now.</exception>
    public Task SkipAsync(string reason, CancellationToken ct) =>
        EndAsync(async (db, item, now) =>
        {
            item.Skip(now, reason);
            await db.SaveChangesAsync(ct);
            await RunProgress.AfterSuccessAsync(db, item, now, ct);
        }, ct);

    /// <summary>
    /// Records a failure. Transient ones are tried again after a pause while attempts are left; the others end the document, or
    /// the run when the item concerns the whole run.
    /// </summary>
    /// <exception cref="LeaseLostException">The item belongs to another worker by now.</exception>
    public Task FailAsync(FailureKind kind, string error, CancellationToken ct) =>
        EndAsync(async (db, item, now) =>
        {
            if (kind == FailureKind.Transient && item.AttemptsLeft > 0)
            {
                DateTimeOffset notBefore = now + TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, item.Attempt)));
                item.RetryLater(now, notBefore, kind, error);
                db.OutboxMessages.Add(new OutboxMessage(item.Id, item.Stage, notBefore));
                await db.SaveChangesAsync(ct);
                return;
            }
            item.Fail(now, kind, error);
            await db.SaveChangesAsync(ct);
            await RunProgress.AfterFailureAsync(db, item, now, ct);
        }, ct);

    /// <summary>Gives the item back unfinished, for another worker to continue: this one shuts down.</summary>
    /// <exception cref="LeaseLostException">The item belongs to another worker by now.</exception>
    public Task ReleaseAsync(CancellationToken ct) =>
        EndAsync(async (db, item, now) =>
        {
            item.Release(now);
            db.OutboxMessages.Add(new OutboxMessage(item.Id, item.Stage));
            await db.SaveChangesAsync(ct);
        }, ct);

    /// <summary>Notes that work done so far is safe, so that a later crash starts counting attempts anew.</summary>
    public async Task ProgressSavedAsync(CancellationToken ct)
    {
        await using PipelineDbContext db = await _contexts.CreateDbContextAsync(ct);
        await db.Database.ExecuteSqlAsync(
            $"UPDATE stage_items SET attempts_left = attempts_allowed WHERE id = {Item.Id} AND attempt = {Item.Attempt} AND state = 'Running'", ct);
    }

    /// <summary>Stops renewing the lease. An item that was not ended stays leased until its time runs out, as after a crash.</summary>
    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        await _heartbeat.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _lost.Dispose();
        _ended.Dispose();
    }

    private async Task EndAsync(Func<PipelineDbContext, StageItem, DateTimeOffset, Task> end, CancellationToken ct)
    {
        await using PipelineDbContext db = await _contexts.CreateDbContextAsync(ct);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(ct);
        // Run before item, always in this order, so that cancellation and completion cannot deadlock.
        await db.Database.ExecuteSqlAsync($"SELECT 1 FROM runs WHERE id = {Item.RunId} FOR UPDATE", ct);
        StageItem item = await db.StageItems.FromSql($"SELECT * FROM stage_items WHERE id = {Item.Id} FOR UPDATE").SingleAsync(ct);
        if (item.State != ItemState.Running || item.Attempt != Item.Attempt)
            throw new LeaseLostException(Item.Id, Item.Stage, Item.Attempt);
        DateTimeOffset now = await db.NowAsync(ct);
        await end(db, item, now);
        await Outbox.NotifyAsync(db, ct);
        await transaction.CommitAsync(ct);      // outputs, state and what follows are visible together from here on
        await _ended.CancelAsync();
    }

    private async Task RenewAsync()
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(_options.HeartbeatSeconds));
        while (await timer.WaitForNextTickAsync(_ended.Token))
        {
            try
            {
                await using NpgsqlCommand command = _source.CreateCommand(
                    "UPDATE stage_items SET lease_until = now() + $1 WHERE id = $2 AND attempt = $3 AND state = 'Running'");
                command.Parameters.Add(new NpgsqlParameter { Value = TimeSpan.FromSeconds(_options.Seconds) });
                command.Parameters.Add(new NpgsqlParameter { Value = Item.Id });
                command.Parameters.Add(new NpgsqlParameter { Value = Item.Attempt });
                if (await command.ExecuteNonQueryAsync(_ended.Token) == 1) continue;
                if (!_ended.IsCancellationRequested) await _lost.CancelAsync();
                return;
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                ClaimLog.HeartbeatFailed(_logger, Item.Stage, Item.Id, e.Message);      // the lease lasts several heartbeats; try again
            }
        }
    }
}
