using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using DatasetRow = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Jobs;

/// <summary>What the stages after the dataset stage start from. No entity in it is tracked.</summary>
/// <param name="Db">An open context.</param>
/// <param name="Run">The item's run.</param>
/// <param name="Options">Its settings.</param>
/// <param name="Dataset">Its dataset.</param>
internal sealed record DatasetScope(PipelineDbContext Db, Run Run, RunOptions Options, DatasetRow Dataset) : IAsyncDisposable
{
    public static async Task<DatasetScope> OpenAsync(IDbContextFactory<PipelineDbContext> contexts, ItemClaim claim, CancellationToken ct)
    {
        PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        try
        {
            (Run run, RunOptions options) = await RunScope.ReadAsync(db, claim.Item.RunId, ct);
            return new DatasetScope(db, run, options, await db.Datasets.AsNoTracking().SingleAsync(d => d.Id == run.DatasetId, ct));
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
    }

    /// <summary>The run's training, for the stages after it.</summary>
    public Task<Training> TrainingAsync(CancellationToken ct) => Db.Trainings.AsNoTracking().SingleAsync(t => t.Id == Run.TrainingId, ct);

    public ValueTask DisposeAsync() => Db.DisposeAsync();
}
