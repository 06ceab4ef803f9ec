using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Jobs.Dataset.Writing;
using Pipeline.Jobs.Dataset.Writing.Calls;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Dataset;

/// <summary>The language model that writes rows for a run: an endpoint of the operator's, or the run's own base model.</summary>
internal sealed class ChunkModels(IDbContextFactory<PipelineDbContext> contexts, RowModels models, BaseModelWriter baseModel)
{
    /// <summary>Queue of the stages that ask it.</summary>
    public static string QueueOf(RunOptions options) => options.Dataset.Writing.Endpoint == WritingOptions.Base ? Queues.Gpu : Queues.Cpu;

    /// <summary>Has a model work on a chunk; does nothing for runs without one.</summary>
    /// <param name="work">The chunk.</param>
    /// <param name="claim">Its part.</param>
    /// <param name="task">The work; gets the model.</param>
    /// <param name="nothing">The result where no model is chosen.</param>
    /// <param name="ct">Stops it; finished calls are kept.</param>
    public async Task<T> WithAsync<T>(ChunkWork work, ItemClaim claim, Func<IRowModel, Task<T>> task, T nothing, CancellationToken ct)
    {
        WritingOptions options = work.Options.Dataset.Writing;
        if (options.Endpoint is not { } name) return nothing;
        TokenBudget budget = new(options.BudgetTokens is { } tokens ? tokens / await PartsAsync(claim, ct) : null, work.Used);
        return name == WritingOptions.Base
            ? await baseModel.UseAsync(work.Options, client => task(models.OfBase(options, client, budget)), ct)
            : await task(models.OfEndpoint(options, budget));
    }

    // Each part has its share, so that the order in which workers take parts does not decide what is written.
    private async Task<int> PartsAsync(ItemClaim claim, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        return Math.Max(1, await db.DatasetChunks.CountAsync(c => c.RunId == claim.Item.RunId, ct));
    }
}
