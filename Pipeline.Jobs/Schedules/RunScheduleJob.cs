using Hangfire;
using Mediator;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Schedules;

/// <summary>Queue entry of <see cref="RunSchedule"/>; created by Hangfire's recurring job.</summary>
public sealed class RunScheduleJob(ISender sender)
{
    /// <summary>Starts the run.</summary>
    [Queue(Queues.Control), AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(Guid scheduleId, CancellationToken stopping) => await sender.Send(new RunSchedule(scheduleId), stopping);
}
