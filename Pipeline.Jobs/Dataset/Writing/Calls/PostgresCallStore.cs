using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Dataset.Writing.Calls;

/// <summary>Finished calls in the database, each stored in a transaction of its own.</summary>
internal sealed class PostgresCallStore(IDbContextFactory<PipelineDbContext> contexts) : ICallStore
{
    public async Task<ModelCall?> FindAsync(string key, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        return await db.ModelCalls.AsNoTracking().FirstOrDefaultAsync(c => c.Key == key, ct);
    }

    public async Task<ModelCall> AddAsync(ModelCall call, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        int added = await db.Database.ExecuteSqlAsync($"""
            INSERT INTO model_calls (key, model, purpose, reply, prompt_tokens, reply_tokens, created_at)
            VALUES ({call.Key}, {call.Model}, {call.Purpose}, {call.Reply}, {call.PromptTokens}, {call.ReplyTokens}, {call.CreatedAt})
            ON CONFLICT (key) DO NOTHING
            """, ct);
        return added == 1 ? call : await db.ModelCalls.AsNoTracking().FirstOrDefaultAsync(c => c.Key == call.Key, ct) ?? call;
    }
}
