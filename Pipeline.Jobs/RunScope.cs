using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs;

/// <summary>The run an item belongs to, with its options read.</summary>
/// <param name="Run">The row, not tracked.</param>
/// <param name="Options">Its settings.</param>
internal sealed record RunScope(Run Run, RunOptions Options)
{
    public static async Task<RunScope> ReadAsync(PipelineDbContext db, Guid runId, CancellationToken ct)
    {
        Run run = await db.Runs.AsNoTracking().SingleAsync(r => r.Id == runId, ct);
        return new RunScope(run, RunOptionsJson.Read(run.Configuration));
    }
}
