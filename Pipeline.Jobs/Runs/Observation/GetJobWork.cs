using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs.Observation;

/// <summary>The items and log lines of a queue entry.</summary>
/// <param name="JobId">The queue entry.</param>
/// <param name="ItemId">Item that it was made for, shown while there are no log lines yet.</param>
public sealed record GetJobWork(string JobId, Guid? ItemId = null) : IRequest<JobWork>;

internal sealed class GetJobWorkHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<GetJobWork, JobWork>
{
    private const int Lines = 1_000, Items = 200;

    public async ValueTask<JobWork> Handle(GetJobWork request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        LogEntry[] lines = (await db.LogEntries.AsNoTracking().Where(l => l.JobId == request.JobId).OrderByDescending(l => l.Id)
            .Take(Lines + 1).ToArrayAsync(cancellationToken))
            .Reverse().ToArray();
        Dictionary<Guid, int?> attempts = lines.Where(l => l.ItemId is not null).GroupBy(l => l.ItemId!.Value)
            .ToDictionary(g => g.Key, g => g.Max(l => l.Attempt));
        if (attempts.Count == 0 && request.ItemId is { } made) attempts[made] = null;
        Guid[] ids = attempts.Keys.Take(Items).ToArray();
        var items = await (
            from item in db.StageItems
            join run in db.Runs on item.RunId equals run.Id
            where ids.Contains(item.Id)
            orderby item.Id
            select new
            {
                item.Id,
                item.RunId,
                run.Name,
                item.Stage,
                Path = db.RunDocuments.Where(d => d.Id == item.RunDocumentId)
                .Select(d => d.Path).FirstOrDefault(),
                item.State,
                item.Error
            })
            .ToArrayAsync(cancellationToken);
        return new JobWork(
            items.Select(i => new JobWork.Item(i.Id, i.RunId, i.Name, i.Stage, i.Path, attempts[i.Id], i.State, i.Error)).ToArray(),
            lines.TakeLast(Lines).Select(LogLine.Of).ToArray(),
            lines.Length > Lines);
    }
}
