using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;

namespace Pipeline.Data.Claims;

/// <summary>The rows between a committed result and the queue.</summary>
public sealed class Outbox(IDbContextFactory<PipelineDbContext> contexts)
{
    /// <summary>Wakes the dispatchers of all processes when the context's transaction commits.</summary>
    public static Task NotifyAsync(PipelineDbContext db, CancellationToken ct) =>
        db.Database.ExecuteSqlAsync($"SELECT pg_notify({DatabaseSignals.OutboxChannel}, '')", ct);

    /// <summary>
    /// Hands over due rows and deletes them. If this process dies between the two, the rows stay and are handed over again;
    /// claiming makes that harmless. Dispatchers never see the same row at once.
    /// </summary>
    /// <param name="handOver">Puts rows into the queue.</param>
    /// <param name="batch">Rows to take at most.</param>
    /// <param name="ct">Stops; nothing was handed over then, or it will be again.</param>
    /// <returns>Rows handed over.</returns>
    public async Task<int> DispatchAsync(Func<IReadOnlyList<OutboxMessage>, CancellationToken, Task> handOver, int batch,
        CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(ct);
        OutboxMessage[] due = await db.OutboxMessages.FromSql($"""
            DELETE FROM outbox_messages WHERE id IN (
                SELECT id FROM outbox_messages
                    WHERE not_before IS NULL OR not_before <= now() ORDER BY id LIMIT {batch} FOR UPDATE SKIP LOCKED)
            RETURNING *
            """).AsNoTracking().ToArrayAsync(ct);
        if (due.Length == 0) return 0;
        await handOver(due.OrderBy(m => m.Id).ToArray(), ct);
        await transaction.CommitAsync(ct);
        return due.Length;
    }
}
