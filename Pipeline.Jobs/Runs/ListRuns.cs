using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs;

/// <summary>Runs, newest first.</summary>
/// <param name="Limit">How many at most.</param>
/// <param name="Offset">How many to skip.</param>
public sealed record ListRuns(int Limit = 50, int Offset = 0) : IRequest<IReadOnlyList<RunEntry>>;

internal sealed class ListRunsHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<ListRuns, IReadOnlyList<RunEntry>>
{
    public async ValueTask<IReadOnlyList<RunEntry>> Handle(ListRuns request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Run[] runs = await db.Runs.AsNoTracking().OrderByDescending(r => r.CreatedAt).ThenByDescending(r => r.Id)
            .Skip(Math.Max(0, request.Offset)).Take(Math.Clamp(request.Limit, 1, 500)).ToArrayAsync(cancellationToken);
        Guid[] ids = runs.Select(r => r.Id).ToArray();
        var counts = (await db.StageItems.Where(i => ids.Contains(i.RunId)).GroupBy(i => new { i.RunId, i.Stage, i.State })
            .Select(g => new { g.Key.RunId, g.Key.Stage, g.Key.State, Count = g.Count() }).ToArrayAsync(cancellationToken))
            .ToLookup(c => c.RunId);
        Dictionary<Guid, int> documents = await db.RunDocuments.Where(d => ids.Contains(d.RunId)).GroupBy(d => d.RunId)
            .ToDictionaryAsync(g => g.Key, g => g.Count(), cancellationToken);
        return runs.Select(run =>
        {
            var items = counts[run.Id].ToArray();
            var open = items.Where(i => i.State is ItemState.Pending or ItemState.Running).ToArray();
            return new RunEntry(run.Id, run.Name, run.SourceFolder, run.State, run.Error, run.CreatedAt, run.StartedAt, run.FinishedAt,
                documents.GetValueOrDefault(run.Id),
                items.Where(i => i.State is ItemState.Succeeded or ItemState.Skipped).Sum(i => i.Count),
                open.Sum(i => i.Count),
                items.Where(i => i.State == ItemState.Failed).Sum(i => i.Count),
                open.Length == 0 ? null : open.Min(i => i.Stage));
        }).ToArray();
    }
}
