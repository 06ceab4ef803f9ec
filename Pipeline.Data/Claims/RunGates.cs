using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Claims;

/// <summary>The fan-in counters of runs.</summary>
internal static class RunGates
{
    /// <summary>Changes what holds a stage up.</summary>
    /// <returns>What still does.</returns>
    public static async Task<int> ChangeAsync(PipelineDbContext db, StageGraph graph, Guid runId, Stage join, int change,
        CancellationToken ct)
    {
        await using NpgsqlBatch batch = db.Batch(Statements.Of("""
            INSERT INTO run_gates (run_id, stage, open) VALUES ($1, $2, $3)
            ON CONFLICT (run_id, stage) DO UPDATE SET open = run_gates.open + $4 RETURNING open
            """, runId, join.Name, graph.InitiallyOpen(join) + change, change));
        return (int)(await batch.ExecuteScalarAsync(ct))!;
    }

    /// <summary>
    /// Recounts what holds each stage up after items were reopened or removed. Needs exclusive access to the run
    /// (<see cref="WorkRows.LockRunAsync"/>): concurrent endings would be counted twice or not at all.
    /// </summary>
    public static async Task RecountAsync(PipelineDbContext db, StageGraph graph, Guid runId, CancellationToken ct)
    {
        Dictionary<Stage, (int Open, int Total)> items = (await db.StageItems.Where(i => i.RunId == runId).GroupBy(i => i.Stage)
            .Select(g => new
            {
                Stage = g.Key,
                Open = g.Count(i => i.State == ItemState.Pending || i.State == ItemState.Running || i.State == ItemState.Paused),
                Total = g.Count(),
            }).ToArrayAsync(ct)).ToDictionary(g => g.Stage, g => (g.Open, g.Total));
        foreach (Stage join in graph.All.SelectMany(d => graph.JoinsAfter(d.Stage)).Distinct())
        {
            int open = graph.All.Where(d => graph.JoinsAfter(d.Stage).Contains(join)).Sum(d =>
                items.TryGetValue(d.Stage, out (int Open, int Total) found) ? found.Open : d.Scope == StageScope.Run ? 1 : 0);
            string stage = join.Name;
            await db.Database.ExecuteSqlAsync($"""
                INSERT INTO run_gates (run_id, stage, open) VALUES ({runId}, {stage}, {open}) ON CONFLICT (run_id, stage) DO UPDATE
                    SET open = {open}
                """, ct);
        }
    }
}
