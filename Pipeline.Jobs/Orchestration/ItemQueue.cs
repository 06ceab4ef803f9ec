using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;

namespace Pipeline.Jobs.Orchestration;

/// <summary>Which queue an item waits in: its stage's, unless the handler chooses another one by the run's settings.</summary>
internal sealed class ItemQueue(IDbContextFactory<PipelineDbContext> contexts, StageGraph graph, IServiceProvider services)
{
    public async Task<string> OfAsync(Stage stage, Guid itemId, CancellationToken ct)
    {
        StageDefinition definition = graph[stage];
        if (definition.OtherQueues.Count == 0) return definition.Queue;
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        string? configuration = await (from item in db.StageItems
                                       join run in db.Runs on item.RunId equals run.Id
                                       where item.Id == itemId
                                       select run.Configuration)
            .SingleOrDefaultAsync(ct);
        if (configuration is null
            || services.StageHandler(stage).QueueOf(RunOptionsJson.Read(configuration)) is not { } chosen) return definition.Queue;
        return definition.Queues.Contains(chosen)
            ? chosen
            : throw new InvalidOperationException(
            $"stage {stage} chose the queue {chosen}; its row names {string.Join(", ", definition.Queues)}");
    }
}
