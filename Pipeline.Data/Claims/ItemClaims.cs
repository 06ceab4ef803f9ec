using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Claims;

/// <summary>
/// Claims items for this worker. The worker whose conditional update wins owns the item until it ends it, or until
/// <see cref="StalledItems"/> finds that the worker is dead.
/// </summary>
public sealed class ItemClaims(
    IDbContextFactory<PipelineDbContext> contexts, NpgsqlDataSource source, StageGraph stages, LeaseKeeper keeper, DatabaseSignals signals,
    WorkerName worker,
    IOptions<LeaseOptions> options, ILogger<ItemClaims> logger)
{
    private readonly ConcurrentDictionary<Guid, ItemClaim> _handedOver = [];
    private readonly ConcurrentDictionary<Guid, StageItem> _following = [];

    internal IDbContextFactory<PipelineDbContext> Contexts => contexts;
    internal StageGraph Stages => stages;
    internal LeaseKeeper Keeper => keeper;
    internal DatabaseSignals Signals => signals;
    internal LeaseOptions Options => options.Value;
    internal ILogger Logger => logger;

    /// <summary>Claims an item, or returns null when it is finished, not due yet, or leased by a worker.</summary>
    public async Task<ItemClaim?> TryClaimAsync(Guid itemId, CancellationToken ct)
    {
        if (_handedOver.TryRemove(itemId, out ItemClaim? ours)) return ours;
        return await ClaimAsync(ItemTransitions.Claim(itemId, worker, Lease), ct);
    }

    /// <summary>
    /// Claims the next item of a stage: highest priority first, then the oldest. The claim is kept for the next
    /// <see cref="TryClaimAsync"/> with its id.
    /// </summary>
    /// <param name="stage">The stage.</param>
    /// <param name="suspects">Whether to take items that must be worked on alone, or the others.</param>
    /// <param name="ct">Cancels.</param>
    /// <param name="mayContinue">
    /// Asked when an item ends well: whether the transaction that ends it should also claim the next one, for
    /// <see cref="TakeFollowing"/>. Saves one transaction per item, which matters when work is short.
    /// </param>
    /// <returns>The item, or null when none waits.</returns>
    public async Task<StageItem?> ClaimNextAsync(Stage stage, bool suspects, CancellationToken ct, Func<bool>? mayContinue = null)
    {
        ItemClaim? claim = await ClaimAsync(ItemTransitions.ClaimNext(stage, suspects, worker, Lease), ct);
        if (claim is null) return null;
        claim.MayContinue = mayContinue;
        _handedOver[claim.Item.Id] = claim;
        return claim.Item;
    }

    /// <summary>The item claimed by the transaction that ended another one, or null; claimed as by <see cref="ClaimNextAsync"/>.</summary>
    public StageItem? TakeFollowing(Guid ended) => _following.TryRemove(ended, out StageItem? next) ? next : null;

    /// <summary>
    /// Whether items of the stage can be claimed, including those that <see cref="ClaimNextAsync"/> skipped because their rows
    /// were locked at that moment, by a worker claiming them or a user changing their run.
    /// </summary>
    /// <returns>Whether any can be worked on alongside others, and whether any must be worked on alone.</returns>
    public async Task<(bool Others, bool Suspects)> WaitingAsync(Stage stage, CancellationToken ct)
    {
        await using NpgsqlBatch batch = source.CreateBatch();
        batch.BatchCommands.Add(ItemTransitions.Waiting(stage));
        await using NpgsqlDataReader reader = await batch.ExecuteReaderAsync(ct);
        (bool others, bool suspects) = (false, false);
        while (await reader.ReadAsync(ct))
            if (reader.GetBoolean(0)) suspects = true;
            else others = true;
        return (others, suspects);
    }

    /// <summary>Releases an item that <see cref="ClaimNextAsync"/> claimed and nobody worked on.</summary>
    public async Task ForgetAsync(Guid itemId)
    {
        if (TakeFollowing(itemId) is { } next) await ForgetAsync(next.Id);
        if (!_handedOver.TryRemove(itemId, out ItemClaim? claim)) return;
        await using (claim)
            await claim.ReleaseAsync(CancellationToken.None);
    }

    /// <summary>The statement that claims the next item of an ended item's stage.</summary>
    internal NpgsqlBatchCommand NextLike(StageItem ended) => ItemTransitions.ClaimNext(ended.Stage, suspects: false, worker, Lease);

    /// <summary>Keeps what was claimed at the end of an item until it is asked for.</summary>
    internal void Follow(ItemClaim ended, StageItem next)
    {
        _handedOver[next.Id] = new ItemClaim(next, this) { MayContinue = ended.MayContinue };
        _following[ended.Item.Id] = next;
        signals.RunChanged(next.RunId);
    }

    private TimeSpan Lease => TimeSpan.FromSeconds(options.Value.Seconds);

    private async Task<ItemClaim?> ClaimAsync(NpgsqlBatchCommand claim, CancellationToken ct)
    {
        StageItem? item = await source.FirstAsync(claim, StageItem.Read, ct);
        if (item is null) return null;
        ItemClaim ours = new(item, this);
        try
        {
            if (item.Stage == stages.Entry.Stage) await Transience.UntilAnsweredAsync(() => StartRunAsync(item.RunId, ct), null, ct);
        }
        catch
        {
            await ours.DisposeAsync();      // nobody else would, and its lease would be renewed forever
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
