using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Served;

namespace Pipeline.Jobs.Schedules;

/// <summary>All schedules, by name.</summary>
public sealed record ListSchedules : IRequest<IReadOnlyList<ScheduleEntry>>;

internal sealed class ListSchedulesHandler(IDbContextFactory<PipelineDbContext> contexts, TimeProvider time)
    : IRequestHandler<ListSchedules, IReadOnlyList<ScheduleEntry>>
{
    public async ValueTask<IReadOnlyList<ScheduleEntry>> Handle(ListSchedules request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Schedule[] rows = await db.Schedules.AsNoTracking().OrderBy(s => s.Name).ToArrayAsync(cancellationToken);
        IReadOnlyList<string> served = await ServedNames.OfSchedulesAsync(db, [.. rows.Select(row => row.Name)], cancellationToken);
        DateTimeOffset now = time.GetUtcNow();
        return [.. rows.Zip(served, (row, name) => CronText.Entry(row, name, now))];
    }
}
