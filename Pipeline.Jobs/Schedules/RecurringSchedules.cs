using Hangfire;
using Hangfire.Common;
using Hangfire.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Schedules;

/// <summary>Keeps Hangfire's recurring jobs in line with our schedule rows, which are the source of truth.</summary>
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
        manager.AddOrUpdate(Prefix
            + id, Job.FromExpression<RunScheduleJob>(job => job.RunAsync(id, CancellationToken.None), Queues.Control), schedule.Cron,
            new RecurringJobOptions
            {
                TimeZone = TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone),
                MisfireHandling = MisfireHandlingMode.Relaxed
            });
    }

    public void Remove(Guid scheduleId) => manager.RemoveIfExists(Prefix + scheduleId);

    /// <summary>
    /// Repairs, in both directions, what a crash between row and recurring job left, and repeats until nothing has changed: users
    /// may edit schedules while a worker starts.
    /// </summary>
    public async Task ReconcileAsync(IDbContextFactory<PipelineDbContext> contexts, CancellationToken ct)
    {
        Dictionary<Guid, string> applied = [];
        for (bool changed = true; changed;)
        {
            changed = false;
            // Recurring jobs are read before the rows: a schedule gets its row first, so a job without a row has been deleted.
            string[] registered;
            using (IStorageConnection connection = storage.GetConnection())
                registered = connection.GetRecurringJobs().Select(j => j.Id).Where(id => id.StartsWith(Prefix, StringComparison.Ordinal))
                    .ToArray();
            await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
            Schedule[] schedules = await db.Schedules.AsNoTracking().ToArrayAsync(ct);
            foreach (Schedule schedule in schedules)
            {
                string state = $"{schedule.Enabled} {schedule.Cron} {schedule.TimeZone}";
                if (applied.TryGetValue(schedule.Id, out string? before) && before == state) continue;
                Apply(schedule);
                applied[schedule.Id] = state;
                changed = true;
            }
            HashSet<string> rows = [.. schedules.Select(s => Prefix + s.Id)];
            foreach (string id in registered.Where(id => !rows.Contains(id)))
            {
                manager.RemoveIfExists(id);
                changed = true;
            }
        }
    }
}

/// <summary>Reconciles once when a worker starts.</summary>
internal sealed class ScheduleReconciler(RecurringSchedules recurring, IDbContextFactory<PipelineDbContext> contexts,
    ILogger<ScheduleReconciler> logger)
    : StartupTask(logger)
{
    protected override Task RunAsync(CancellationToken ct) => recurring.ReconcileAsync(contexts, ct);
}
