using Hangfire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;

namespace Pipeline.Jobs.Orchestration;

/// <summary>Puts back to work what a dead worker or a lost queue entry left behind.</summary>
internal sealed class StalledItemSweeper(StalledItems stalled, StageGraph graph, JobStorage storage, IOptions<WorkerOptions> options,
    ILogger<StalledItemSweeper> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using PeriodicTimer timer = new(TimeSpan.FromSeconds(options.Value.SweepSeconds));
        do
        {
            try
            {
                int moved = await stalled.RecoverAsync(StagesWithEmptyQueue(), stoppingToken);
                if (moved > 0) JobsLog.Recovered(logger, moved);
            }
            catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
            {
                JobsLog.SweepFailed(logger, e.Message);         // the next round tries again
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private Stage[] StagesWithEmptyQueue()
    {
        // Entries already taken do not count: their worker has claimed by now, or died before it could.
        HashSet<string> busy = [.. storage.GetMonitoringApi().Queues().Where(q => q.Length > 0).Select(q => q.Name)];
        return graph.All.Where(s => !s.Queues.Any(busy.Contains)).Select(s => s.Stage).ToArray();
    }
}
