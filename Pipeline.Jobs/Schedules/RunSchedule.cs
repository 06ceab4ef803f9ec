using Mediator;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Ingest;
using Pipeline.Models;

namespace Pipeline.Jobs.Schedules;

/// <summary>Starts the run of a schedule, unless its last run still works. Null when nothing was started.</summary>
public sealed record RunSchedule(Guid ScheduleId) : IRequest<RunAccepted?>;

internal sealed class RunScheduleHandler(IDbContextFactory<PipelineDbContext> contexts, TimeProvider time, ILogger<RunScheduleHandler> logger)
    : IRequestHandler<RunSchedule, RunAccepted?>
{
    public async ValueTask<RunAccepted?> Handle(RunSchedule request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // The row lock makes a second delivery wait, and then see the run of the first.
        Schedule? schedule = await db.Schedules.FromSql($"SELECT *, xmin FROM schedules WHERE id = {request.ScheduleId} FOR UPDATE").SingleOrDefaultAsync(cancellationToken);
        if (schedule is null || !schedule.Enabled) return null;
        if (await db.Runs.AnyAsync(r => r.Id == schedule.LastRunId && (r.State == RunState.Pending || r.State == RunState.Running), cancellationToken))
        {
            JobsLog.ScheduleFailed(logger, schedule.Name, $"run {schedule.LastRunId} still works");
            return null;
        }
        try
        {
            RunOptions options = RunOptionsJson.Read(schedule.Configuration);
            Run run = new(options.Name ?? schedule.Name, FolderRuns.Check(schedule.Folder), schedule.Configuration, time.GetUtcNow(), schedule.Id);
            schedule.Fired(run.Id, run.CreatedAt);
            await db.AddRunAsync(run, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            JobsLog.ScheduleFired(logger, schedule.Name, run.Id);
            return new RunAccepted(run.Id);
        }
        catch (InputException e)
        {
            JobsLog.ScheduleFailed(logger, schedule.Name, e.Message);       // the folder is gone or empty now; it may be back next time
            return null;
        }
    }
}
