using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Schedules;

/// <summary>Keeps Hangfire's clock equal to our schedule rows, which are the truth.</summary>
internal sealed class RecurringSchedules(IRecurringJobManagerV2 manager, JobStorage storage)
{
    private const string Prefix = "schedule:";

    public void Apply(Schedule schedule)
    {
        if (!schedule.Enabled)
        {
            Remove(schedule.Id);
            return;
        }
        Guid id = schedule.Id;
        manager.AddOrUpdate(Prefix + id, Job.FromExpression<RunScheduleJob>(job => job.RunAsync(id, CancellationToken.None), Queues.Control), schedule.Cron,
            new RecurringJobOptions { TimeZone = TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone), MisfireHandling = MisfireHandlingMode.Relaxed });
    }

    public void Remove(Guid scheduleId) => manager.RemoveIfExists(Prefix + scheduleId);

    /// <summary>Repairs what a crash between row and clock left, in both directions.</summary>
    public async Task ReconcileAsync(IDbContextFactory<PipelineDbContext> contexts, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        Schedule[] schedules = await db.Schedules.AsNoTracking().ToArrayAsync(ct);
        foreach (Schedule schedule in schedules) Apply(schedule);
        HashSet<string> known = [.. schedules.Select(s => Prefix + s.Id)];
        using IStorageConnection connection = storage.GetConnection();
        foreach (RecurringJobDto job in connection.GetRecurringJobs())
            if (job.Id.StartsWith(Prefix, StringComparison.Ordinal) && !known.Contains(job.Id)) manager.RemoveIfExists(job.Id);
    }
}

/// <summary>Reconciles once when a worker starts.</summary>
internal sealed class ScheduleReconciler(RecurringSchedules recurring, IDbContextFactory<PipelineDbContext> contexts) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => recurring.ReconcileAsync(contexts, stoppingToken);
}
