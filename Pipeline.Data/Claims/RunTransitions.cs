using Microsoft.EntityFrameworkCore;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Claims;

/// <summary>
/// Every change of a run's state. Each is one conditional statement that starts from the states that <see cref="Run.Before"/>
/// allows, so that only one of two concurrent changes takes effect.
/// </summary>
internal static class RunTransitions
{
    /// <summary>Its first item was claimed.</summary>
    public static Task<int> StartAsync(PipelineDbContext db, Guid runId, CancellationToken ct)
    {
        string pending = nameof(RunState.Pending), running = nameof(RunState.Running);
        return db.Database.ExecuteSqlAsync(
            $"UPDATE runs SET state = {running}, started_at = coalesce(started_at, now()) WHERE id = {runId} AND state = {pending}", ct);
    }

    /// <summary>A user pauses it.</summary>
    public static Task<int> PauseAsync(PipelineDbContext db, Guid runId, CancellationToken ct)
    {
        string paused = nameof(RunState.Paused);
        string[] before = Names(Run.Before(RunState.Paused));
        return db.Database.ExecuteSqlAsync($"UPDATE runs SET state = {paused} WHERE id = {runId} AND state = ANY({before})", ct);
    }

    /// <summary>A user resumes it; to waiting when no work had begun.</summary>
    public static Task<int> ResumeAsync(PipelineDbContext db, Guid runId, CancellationToken ct)
    {
        string pending = nameof(RunState.Pending), running = nameof(RunState.Running), paused = nameof(RunState.Paused);
        return db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET state = CASE WHEN started_at IS NULL THEN {pending} ELSE {running} END WHERE id = {runId} AND state = {paused}
            """, ct);
    }

    /// <summary>Its items are worked on again.</summary>
    public static Task<int> ReopenAsync(PipelineDbContext db, Guid runId, CancellationToken ct)
    {
        string running = nameof(RunState.Running);
        string[] before = Names([.. Run.Before(RunState.Running), RunState.Running]);
        return db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET state = {running}, error = NULL, finished_at = NULL, started_at = coalesce(started_at, now())
            WHERE id = {runId} AND state = ANY({before})
            """, ct);
    }

    /// <summary>It reaches a final state.</summary>
    public static Task<int> EndAsync(PipelineDbContext db, Guid runId, RunState end, string? error, CancellationToken ct)
    {
        string state = end.ToString();
        string[] before = Names(Run.Before(end));
        return db.Database.ExecuteSqlAsync(
            $"""
            UPDATE runs SET state = {state}, error = {error}, finished_at = clock_timestamp()
            WHERE id = {runId} AND state = ANY({before})
            """, ct);
    }

    private static string[] Names(IEnumerable<RunState> states) => [.. states.Select(s => s.ToString())];
}
