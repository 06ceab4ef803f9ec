using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Claims;

/// <summary>Takes items for this worker. Whoever wins the conditional update owns the item until its lease ends.</summary>
public sealed class ItemClaims(
    IDbContextFactory<PipelineDbContext> contexts, NpgsqlDataSource source, WorkerName worker, IOptions<LeaseOptions> options, ILogger<ItemClaims> logger)
{
    /// <summary>Claims an item, or returns null when it is finished, waits for its time, or is leased by a living worker.</summary>
    public async Task<ItemClaim?> TryClaimAsync(Guid itemId, CancellationToken ct)
    {
        TimeSpan lease = TimeSpan.FromSeconds(options.Value.Seconds);
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        // One statement decides; reading first and updating later would let two workers win.
        StageItem? item = (await db.StageItems.FromSql($"""
            UPDATE stage_items AS i
            SET state = 'Running', attempt = i.attempt + 1, attempts_left = i.attempts_left - 1, worker = {worker.Value},
                lease_until = now() + {lease}, started_at = now(), not_before = NULL
            FROM runs AS r
            WHERE i.id = {itemId} AND r.id = i.run_id AND r.state IN ('Pending', 'Running') AND i.attempts_left > 0
              AND (i.state = 'Pending' AND (i.not_before IS NULL OR i.not_before <= now()) OR i.state = 'Running' AND i.lease_until < now())
            RETURNING i.*
            """).AsNoTracking().ToListAsync(ct)).SingleOrDefault();
        if (item is null) return null;
        await db.Database.ExecuteSqlAsync($"UPDATE runs SET state = 'Running', started_at = now() WHERE id = {item.RunId} AND state = 'Pending'", ct);
        return new ItemClaim(item, contexts, source, options.Value, logger);
    }
}
