using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Schedules;

/// <summary>Removes a schedule by name; its runs stay. False when there is none of that name.</summary>
public sealed record DeleteSchedule(string Name) : IRequest<bool>;

internal sealed class DeleteScheduleHandler(IDbContextFactory<PipelineDbContext> contexts, RecurringSchedules recurring) : IRequestHandler<DeleteSchedule, bool>
{
    public async ValueTask<bool> Handle(DeleteSchedule request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Schedule? schedule = await db.Schedules.SingleOrDefaultAsync(s => s.Name == request.Name, cancellationToken);
        if (schedule is null) return false;
        db.Schedules.Remove(schedule);
        await db.SaveChangesAsync(cancellationToken);
        recurring.Remove(schedule.Id);
        return true;
    }
}
