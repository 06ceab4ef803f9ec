using System.Security.Cryptography;
using Mediator;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;
using Pipeline.Jobs.Ingest;
using Pipeline.Jobs.Served;
using Pipeline.Models;

namespace Pipeline.Jobs.Schedules;

/// <summary>
/// Starts the run of a schedule, unless its last run is unfinished or nothing has changed since. Null when nothing was started; the
/// schedule then says why.
/// </summary>
public sealed record RunSchedule(Guid ScheduleId) : IRequest<RunAccepted?>;

internal sealed class RunScheduleHandler(IDbContextFactory<PipelineDbContext> contexts, StageGraph graph, TimeProvider time,
    ILogger<RunScheduleHandler> logger)
    : IRequestHandler<RunSchedule, RunAccepted?>
{
    public async ValueTask<RunAccepted?> Handle(RunSchedule request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // The row lock makes a second delivery wait and then find the run of the first.
        Schedule? schedule = await db.Schedules.FromSql($"SELECT *, xmin FROM schedules WHERE id = {request.ScheduleId} FOR UPDATE")
            .SingleOrDefaultAsync(cancellationToken);
        if (schedule is null || !schedule.Enabled) return null;
        Run? last = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == schedule.LastRunId, cancellationToken);
        string? reason = null;
        string key = "";
        if (last is { IsFinished: false }) reason = $"run {last.Id} still works";
        else
        {
            try
            {
                key = await InputKeyAsync(FolderRuns.Check(schedule.Folder), schedule.Configuration, cancellationToken);
                if (last is { State: RunState.Succeeded } && key == schedule.LastInputKey)
                    reason = $"neither documents nor settings have changed since run {last.Id}";
            }
            catch (Exception e) when (e is InputException or IOException)
            {
                reason = e.Message;     // the folder is missing or empty; it may be back next time
            }
        }
        if (reason is not null)
        {
            schedule.Skipped(reason, time.GetUtcNow());
            await db.SaveChangesAsync(cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            JobsLog.ScheduleFailed(logger, schedule.Name, reason);
            return null;
        }
        RunOptions options = RunOptionsJson.Read(schedule.Configuration);
        // Fixed now, because a run depends on its stored settings alone.
        options = options with
        {
            Publish = options.Publish with
            {
                PromoteAs = options.Publish.PromoteAs
            ?? await ServedNames.OfScheduleAsync(db, schedule.Name, cancellationToken)
            }
        };
        Run run = new(options.Name ?? schedule.Name, schedule.Folder, RunOptionsJson.Write(options), time.GetUtcNow(), schedule.Id);
        schedule.Fired(run.Id, key, run.CreatedAt);
        await db.AddRunAsync(graph, run, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        JobsLog.ScheduleFired(logger, schedule.Name, run.Id);
        return new RunAccepted(run.Id);
    }

    /// <summary>Hash of settings, names and bytes. Bytes, not dates: copying a folder again changes nothing.</summary>
    private static async Task<string> InputKeyAsync(string folder, string configuration, CancellationToken ct)
    {
        List<string> parts = [configuration];
        foreach (string path in PdfFolder.Find(folder))
        {
            await using FileStream file = new(Path.Combine(folder, path), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16,
                FileOptions.Asynchronous | FileOptions.SequentialScan);
            parts.Add(path);
            parts.Add(Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct)));
        }
        return CacheKey.Of([.. parts]);
    }
}
