using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;

namespace Pipeline.Jobs.Schedules;

/// <summary>All schedules, by name.</summary>
public sealed record ListSchedules : IRequest<IReadOnlyList<ScheduleEntry>>;

internal sealed class ListSchedulesHandler(IDbContextFactory<PipelineDbContext> contexts, TimeProvider time) : IRequestHandler<ListSchedules, IReadOnlyList<ScheduleEntry>>
{
    public async ValueTask<IReadOnlyList<ScheduleEntry>> Handle(ListSchedules request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Schedules.AsNoTracking().OrderBy(s => s.Name).ToArrayAsync(cancellationToken);
        return rows.Select(s => CronText.Entry(s, time.GetUtcNow())).ToArray();
    }
}
