using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Train.Engines;

namespace Pipeline.Jobs.Orchestration;

/// <summary>Where the training of an item computes.</summary>
internal sealed class TrainingPlace(IDbContextFactory<PipelineDbContext> contexts, TrainingEngines engines)
{
    /// <summary>Whether the item is a training by an engine on another machine.</summary>
    public async Task<bool> IsElsewhereAsync(Stage stage, Guid itemId, CancellationToken ct)
    {
        if (stage != Stage.Train) return false;
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        string? configuration = await (from item in db.StageItems join run in db.Runs on item.RunId equals run.Id where item.Id == itemId select run.Configuration).SingleOrDefaultAsync(ct);
        return configuration is not null && engines.IsElsewhere(RunOptionsJson.Read(configuration).Train.Engine);
    }
}
