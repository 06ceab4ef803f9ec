using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Writing;
using Pipeline.Jobs.Dataset.Writing.Calls;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Dataset;

/// <summary>Finds the facts of a chunk: by rules, and by a language model where the run has one.</summary>
internal sealed class FindFacts(IDbContextFactory<PipelineDbContext> contexts, IDatasetRules rules, ChunkModels models) : IStageHandler
{
    public string? QueueOf(RunOptions options) => ChunkModels.QueueOf(options);

    public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        ChunkWork work = await ChunkWork.ReadAsync(db, claim, ct);
        IReadOnlyList<Fact> known = await Task.Run(() => rules.Facts(work.Chunk, work.Options), ct);
        WrittenFacts written = await models.WithAsync(work, claim, model => model.FactsAsync(work.Chunk, ct),
            new WrittenFacts([], CallCounts.None), ct);
        Fact[] facts = [.. known.Concat(written.Facts).DistinctBy(fact => fact.Id)];
        await work.CompleteAsync(claim, row => row.Facts = RowJson.Write<IReadOnlyList<Fact>>(facts), written.Counts, ct);
        return $"{claim.Item.Key}: {facts.Length} facts";
    }
}
