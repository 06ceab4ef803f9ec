using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Served;

namespace Pipeline.Jobs.Schedules;

/// <summary>One schedule, or null when none has that name.</summary>
/// <param name="Name">Its name.</param>
public sealed record GetSchedule(string Name) : IRequest<ScheduleEntry?>;

internal sealed class GetScheduleHandler(IDbContextFactory<PipelineDbContext> contexts, TimeProvider time) : IRequestHandler<GetSchedule,
    ScheduleEntry?>
{
    public async ValueTask<ScheduleEntry?> Handle(GetSchedule request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Schedule? schedule = await db.Schedules.AsNoTracking().SingleOrDefaultAsync(s => s.Name == request.Name, cancellationToken);
        return schedule is null ? null
            : CronText.Entry(schedule, await ServedNames.OfScheduleAsync(db, schedule.Name, cancellationToken), time.GetUtcNow());
    }
}
