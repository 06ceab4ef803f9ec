using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Behaviors;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Served;
using Pipeline.Models;

namespace Pipeline.Jobs.Schedules;

/// <summary>Creates or replaces the schedule of that name.</summary>
/// <param name="Name">Unique name.</param>
/// <param name="Cron">Cron expression of five fields, or six with seconds first.</param>
/// <param name="Folder">Folder of documents.</param>
/// <param name="Options">Settings of the runs it starts.</param>
/// <param name="TimeZone">IANA time zone of the expression.</param>
/// <param name="Enabled">False keeps it without firing.</param>
public sealed record UpsertSchedule(string Name, string Cron, string Folder, RunOptions Options, string TimeZone = "UTC",
    bool Enabled = true)
    : IRequest<ScheduleEntry>, IValidated, ICarriesRunOptions
{
    /// <inheritdoc />
    public IEnumerable<SettingFault> Problems()
    {
        if (string.IsNullOrWhiteSpace(Name) || Name.Length > 100) yield return new SettingFault("name", "expected 1 to 100 characters");
        if (CronText.FindFault(Cron) is { } problem) yield return new SettingFault("cron", $"'{Cron}' {problem}");
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _))
            yield return new SettingFault("time_zone", $"'{TimeZone}' is not known; expected an IANA name like 'Europe/Madrid' or 'UTC'");
        if (FolderRuns.FindFault(Folder) is { } fault) yield return new SettingFault("folder", fault);
    }
}

internal sealed class UpsertScheduleHandler(IDbContextFactory<PipelineDbContext> contexts, RecurringSchedules recurring, TimeProvider time)
    : IRequestHandler<UpsertSchedule, ScheduleEntry>
{
    public async ValueTask<ScheduleEntry> Handle(UpsertSchedule request, CancellationToken cancellationToken)
    {
        string folder = Path.GetFullPath(request.Folder);
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Schedule? schedule = await db.Schedules.SingleOrDefaultAsync(s => s.Name == request.Name, cancellationToken);
        if (schedule is null) db.Schedules.Add(schedule = new Schedule(request.Name, time.GetUtcNow()));
        schedule.Change(request.Cron, request.TimeZone, folder, RunOptionsJson.Write(request.Options.WithAbsoluteModels()),
            request.Enabled);
        await db.SaveChangesAsync(cancellationToken);
        recurring.Apply(schedule);              // a crash before this line is repaired when a worker starts
        return CronText.Entry(schedule, await ServedNames.OfScheduleAsync(db, schedule.Name, cancellationToken), time.GetUtcNow());
    }
}
