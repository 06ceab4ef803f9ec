using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Claims;

/// <summary>
/// Takes items for this worker. Whoever wins the conditional update owns the item until it ends it, or until
/// <see cref="StalledItems"/> finds that its worker is dead.
/// </summary>
public sealed class ItemClaims(
    IDbContextFactory<PipelineDbContext> contexts, StageGraph stages, LeaseKeeper keeper, DatabaseSignals signals, WorkerName worker,
    IOptions<LeaseOptions> options, ILogger<ItemClaims> logger)
{
    private readonly ConcurrentDictionary<Guid, ItemClaim> _handedOver = [];

    internal IDbContextFactory<PipelineDbContext> Contexts => contexts;
    internal StageGraph Stages => stages;
    internal LeaseKeeper Keeper => keeper;
    internal DatabaseSignals Signals => signals;
    internal LeaseOptions Options => options.Value;
    internal ILogger Logger => logger;

    /// <summary>Claims an item, or returns null when it is finished, waits for its time, or is leased by a worker.</summary>
    public async Task<ItemClaim?> TryClaimAsync(Guid itemId, CancellationToken ct)
    {
        if (_handedOver.TryRemove(itemId, out ItemClaim? ours)) return ours;
        TimeSpan lease = TimeSpan.FromSeconds(options.Value.Seconds);
        return await ClaimAsync(db => ItemTransitions.Claim(db, itemId, worker, lease), ct);
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
        ItemClaim? claim = await ClaimAsync(db => ItemTransitions.ClaimNext(db, stage, suspects, worker, lease), ct);
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
            if (item.Stage == stages.Entry.Stage) await Transience.UntilAnsweredAsync(() => StartRunAsync(item.RunId, ct), null, ct);
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
        return await RunTransitions.StartAsync(db, runId, ct);
    }
}
