using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;

namespace Pipeline.Data.Claims;

/// <summary>What a user can do to a run. Each action is one transaction that no ending of an item can interleave with.</summary>
public static class RunControl
{
    /// <summary>
    /// Takes the run's open items away from the queue and the workers until it is resumed. Workers notice at once and save what
    /// they have.
    /// </summary>
    /// <returns>False when the run is paused already or has ended.</returns>
    public static Task<bool> PauseAsync(this PipelineDbContext db, Guid runId, CancellationToken ct) => InTurnAsync(db, runId, async () =>
    {
        if (await RunTransitions.PauseAsync(db, runId, ct) == 0) return false;
        await ItemTransitions.PauseAsync(db, runId, ct);
        await db.NotifyControlAsync(runId, ct);
        return true;
    }, ct);

    /// <summary>Resumes a paused run.</summary>
    /// <returns>False when it is not paused.</returns>
    public static Task<bool> ResumeAsync(this PipelineDbContext db, Guid runId, CancellationToken ct) => InTurnAsync(db, runId, async () =>
    {
        if (await RunTransitions.ResumeAsync(db, runId, ct) == 0) return false;
        await OpenAsync(db, runId, ct);
        return true;
    }, ct);

    /// <summary>
    /// Retries what failed or was canceled: the whole run, one stage, or one item. What was built from the other documents
    /// alone (dataset and later) is rebuilt when a document joins it; stored results are reused by their keys.
    /// </summary>
    /// <param name="db">Context.</param>
    /// <param name="graph">The stages.</param>
    /// <param name="runId">The run.</param>
    /// <param name="stage">Only this stage.</param>
    /// <param name="itemId">Only this item.</param>
    /// <param name="forget">Clears what a stage recorded on the run, since the stage will be redone. Last stages first.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>Items put back to work; 0 when none had failed.</returns>
    public static Task<int> RetryAsync(
        this PipelineDbContext db, StageGraph graph, Guid runId, Stage? stage, Guid? itemId, Func<Stage, Task> forget,
        CancellationToken ct) =>
        InTurnAsync(db, runId, async () =>
        {
            StageItem[] ended = await db.StageItems.AsNoTracking()
                .Where(i => i.RunId == runId && (i.State == ItemState.Failed || i.State == ItemState.Canceled)
                    && (stage == null || i.Stage == stage) && (itemId == null || i.Id == itemId))
                .ToArrayAsync(ct);
            if (ended.Length == 0) return 0;
            // A document or part that comes back changes what was built from all of them, and everything after that.
            HashSet<Stage> built = [.. ended.Where(i => graph[i.Stage].Scope != StageScope.Run).SelectMany(i => BuiltOnAll(graph, i.Stage))
                .Distinct()];
            if (built.Count > 0)
            {
                await db.StageItems.Where(i => i.RunId == runId && built.Contains(i.Stage)).ExecuteDeleteAsync(ct);
                foreach (StageDefinition later in graph.All.Reverse().Where(d => built.Contains(d.Stage))) await forget(later.Stage);
                ended = [.. ended.Where(i => !built.Contains(i.Stage))];
            }
            await RunTransitions.ReopenAsync(db, runId, ct);
            await ItemTransitions.ReopenAsync(db, [.. ended.Select(i => i.Id)], ct);
            await RunGates.RecountAsync(db, graph, runId, ct);
            await OpenAsync(db, runId, ct);
            return ended.Length;
        }, ct);

    /// <summary>Changes which run's work is claimed first.</summary>
    /// <returns>False when there is no such run.</returns>
    public static Task<bool> PrioritizeAsync(this PipelineDbContext db, Guid runId, int priority, CancellationToken ct) =>
        InTurnAsync(db, runId, async () =>
    {
        if (await db.Database.ExecuteSqlAsync($"UPDATE runs SET priority = {priority} WHERE id = {runId}", ct) == 0) return false;
        await db.StageItems.Where(i => i.RunId == runId && (i.State == ItemState.Pending || i.State == ItemState.Paused))
            .ExecuteUpdateAsync(items => items.SetProperty(i => i.Priority, priority), ct);
        return true;
    }, ct);

    /// <summary>The stages of the whole run that a document's or part's stage leads to, and all that comes after those.</summary>
    private static IEnumerable<Stage> BuiltOnAll(StageGraph graph, Stage stage) =>
        graph.JoinsAfter(stage).Where(join => join != StageGraph.End)
        .SelectMany(join => graph.Descendants(join).Select(d => d.Stage).Prepend(join));

    private static async Task OpenAsync(PipelineDbContext db, Guid runId, CancellationToken ct)
    {
        await ItemTransitions.OpenAsync(db, runId, ct);
        await Outbox.NotifyAsync(db, ct);
        await db.NotifyControlAsync(runId, ct);
    }

    private static async Task<T> InTurnAsync<T>(PipelineDbContext db, Guid runId, Func<Task<T>> change, CancellationToken ct)
    {
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(ct);
        await db.LockRunAsync(runId, ct);
        T result = await change();
        await transaction.CommitAsync(ct);
        return result;
    }
}
