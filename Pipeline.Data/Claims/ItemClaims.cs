using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;

namespace Pipeline.Data.Claims;

/// <summary>
/// Takes items for this worker. Whoever wins the conditional update owns the item until it ends it, or until
/// <see cref="StalledItems"/> finds that its worker is dead.
/// </summary>
public sealed class ItemClaims(
    IDbContextFactory<PipelineDbContext> contexts, LeaseKeeper keeper, DatabaseSignals signals, WorkerName worker, IOptions<LeaseOptions> options, ILogger<ItemClaims> logger)
{
    private readonly ConcurrentDictionary<Guid, ItemClaim> _handedOver = [];

    internal IDbContextFactory<PipelineDbContext> Contexts => contexts;
    internal LeaseKeeper Keeper => keeper;
    internal DatabaseSignals Signals => signals;
    internal LeaseOptions Options => options.Value;
    internal ILogger Logger => logger;

    /// <summary>Claims an item, or returns null when it is finished, waits for its time, or is leased by a worker.</summary>
    public async Task<ItemClaim?> TryClaimAsync(Guid itemId, CancellationToken ct)
    {
        if (_handedOver.TryRemove(itemId, out ItemClaim? ours)) return ours;
        TimeSpan lease = TimeSpan.FromSeconds(options.Value.Seconds);
        // One statement decides; reading first and updating later would let two workers win.
        return await ClaimAsync(db => db.StageItems.FromSql($"""
            UPDATE stage_items AS i
            SET state = 'Running', attempt = i.attempt + 1, attempts_left = i.attempts_left - 1, worker = {worker.Value},
                lease_until = clock_timestamp() + {lease}, started_at = clock_timestamp(), not_before = NULL, estimated_end = NULL
            WHERE i.id = {itemId} AND i.attempts_left > 0 AND i.state = 'Pending' AND (i.not_before IS NULL OR i.not_before <= now())
            RETURNING i.*
            """), ct);
    }

    /// <summary>
    /// Claims the next item of a stage: highest priority first, then the oldest. The claim is kept for the next
    /// <see cref="TryClaimAsync"/> of its id.
    /// </summary>
    /// <param name="stage">The stage.</param>
    /// <param name="suspects">Whether to take those that are to be worked on alone, or the others.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>The item, or null when none waits.</returns>
    public async Task<StageItem?> ClaimNextAsync(Stage stage, bool suspects, CancellationToken ct)
    {
        TimeSpan lease = TimeSpan.FromSeconds(options.Value.Seconds);
        string name = stage.ToString();
        ItemClaim? claim = await ClaimAsync(db => db.StageItems.FromSql($"""
            UPDATE stage_items AS i
            SET state = 'Running', attempt = i.attempt + 1, attempts_left = i.attempts_left - 1, worker = {worker.Value},
                lease_until = clock_timestamp() + {lease}, started_at = clock_timestamp(), not_before = NULL, estimated_end = NULL
            WHERE i.id = (
                SELECT n.id FROM stage_items AS n
                WHERE n.stage = {name} AND n.state = 'Pending' AND n.suspect = {suspects} AND n.attempts_left > 0 AND (n.not_before IS NULL OR n.not_before <= now())
                ORDER BY n.priority DESC, n.id LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING i.*
            """), ct);
        if (claim is null) return null;
        _handedOver[claim.Item.Id] = claim;
        return claim.Item;
    }

    /// <summary>Whether items of the stage wait that are to be worked on alone.</summary>
    public async Task<bool> HasSuspectsAsync(Stage stage, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        return await db.StageItems.AnyAsync(i => i.Stage == stage && i.State == ItemState.Pending && i.Suspect, ct);
    }

    /// <summary>Lets go of an item that <see cref="ClaimNextAsync"/> took and nobody worked on.</summary>
    public async Task ForgetAsync(Guid itemId)
    {
        if (!_handedOver.TryRemove(itemId, out ItemClaim? claim)) return;
        await using (claim)
            await claim.ReleaseAsync(CancellationToken.None);
    }

    private async Task<ItemClaim?> ClaimAsync(Func<PipelineDbContext, IQueryable<StageItem>> claim, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        StageItem? item = (await claim(db).AsNoTracking().ToListAsync(ct)).SingleOrDefault();
        if (item is null) return null;
        ItemClaim ours = new(item, this);
        try
        {
            if (item.Stage == Stage.Ingest) await Transience.UntilAnsweredAsync(() => StartRunAsync(item.RunId, ct), null, ct);
        }
        catch
        {
            await ours.DisposeAsync();      // nobody else would: its lease would be renewed for ever
            throw;
        }
        signals.RunChanged(item.RunId);
        return ours;
    }

    private async Task<int> StartRunAsync(Guid runId, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        return await db.Database.ExecuteSqlAsync($"UPDATE runs SET state = 'Running', started_at = coalesce(started_at, now()) WHERE id = {runId} AND state = 'Pending'", ct);
    }
}
