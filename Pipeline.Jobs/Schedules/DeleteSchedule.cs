using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Schedules;

/// <summary>Removes a schedule by name; its runs stay. False when no schedule has that name.</summary>
public sealed record DeleteSchedule(string Name) : IRequest<bool>;

internal sealed class DeleteScheduleHandler(IDbContextFactory<PipelineDbContext> contexts, RecurringSchedules recurring)
    : IRequestHandler<DeleteSchedule, bool>
{
    public async ValueTask<bool> Handle(DeleteSchedule request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Schedule? schedule = await db.Schedules.AsNoTracking().SingleOrDefaultAsync(s => s.Name == request.Name, cancellationToken);
        if (schedule is null) return false;
        // It is removed even if it has changed meanwhile (it may have fired).
        await db.Schedules.Where(s => s.Id == schedule.Id).ExecuteDeleteAsync(cancellationToken);
        recurring.Remove(schedule.Id);
        return true;
    }
}
