using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Claims;

/// <summary>The rows between a committed result and the queue.</summary>
public sealed class Outbox(IDbContextFactory<PipelineDbContext> contexts)
{
    /// <summary>Notification channel that says "there are rows".</summary>
    public const string Channel = "pipeline_outbox";

    /// <summary>Wakes the dispatchers when the context's transaction commits.</summary>
    public static Task NotifyAsync(PipelineDbContext db, CancellationToken ct) => db.Database.ExecuteSqlAsync($"SELECT pg_notify({Channel}, '')", ct);

    /// <summary>
    /// Hands over due rows and deletes them. When this process dies between the two, the rows stay and are handed over again,
    /// which claiming makes harmless. Several dispatchers never see the same row.
    /// </summary>
    /// <param name="handOver">Puts one row into the queue.</param>
    /// <param name="batch">Rows to take at most.</param>
    /// <param name="ct">Stops before the next row.</param>
    /// <returns>Rows handed over.</returns>
    public async Task<int> DispatchAsync(Action<OutboxMessage> handOver, int batch, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(ct);
        OutboxMessage[] due = await db.OutboxMessages.FromSql($"""
            SELECT * FROM outbox_messages WHERE not_before IS NULL OR not_before <= now() ORDER BY id LIMIT {batch} FOR UPDATE SKIP LOCKED
            """).AsNoTracking().ToArrayAsync(ct);
        if (due.Length == 0) return 0;
        foreach (OutboxMessage message in due)
        {
            ct.ThrowIfCancellationRequested();
            handOver(message);
        }
        long[] ids = due.Select(m => m.Id).ToArray();
        Guid[] items = due.Select(m => m.ItemId).ToArray();
        await db.Database.ExecuteSqlAsync($"DELETE FROM outbox_messages WHERE id = ANY({ids})", ct);
        await db.Database.ExecuteSqlAsync($"UPDATE stage_items SET dispatched_at = now() WHERE id = ANY({items})", ct);
        await transaction.CommitAsync(ct);
        return due.Length;
    }
}
