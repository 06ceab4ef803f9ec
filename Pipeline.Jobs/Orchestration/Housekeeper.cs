using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Data;

namespace Pipeline.Jobs.Orchestration;

/// <summary>
/// Removes expired data, when a worker starts and periodically: each worker cleans the work folders of its machine, one of them
/// what all share.
/// </summary>
internal sealed class Housekeeper(WorkFolders folders, Housekeeping housekeeping, IOptions<RetentionOptions> keep,
    ILogger<Housekeeper> logger) : BackgroundService
{
    // A worker that has just started has more urgent work.
    private static readonly TimeSpan Quiet = TimeSpan.FromMinutes(5), Again = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        TimeSpan every = TimeSpan.FromHours(keep.Value.EveryHours);
        await TryAsync("work folders", folders.CleanAsync, stoppingToken);
        await WaitAsync(every < Quiet ? every : Quiet, stoppingToken);
        while (!stoppingToken.IsCancellationRequested)
        {
            bool done = await TryAsync("work folders", folders.CleanAsync, stoppingToken) & await TryAsync("stored files and log lines",
                CollectAsync, stoppingToken);
            await WaitAsync(done || every < Again ? every : Again, stoppingToken);
        }
    }

    private async Task CollectAsync(CancellationToken ct)
    {
        if (await housekeeping.TryCollectAsync(keep.Value, ct) is { } removed && removed != new Collected(0, 0, 0, 0))
            JobsLog.Collected(logger, removed.Artifacts, removed.Bytes / 1048576.0, removed.LogLines, removed.Rasters, removed.Checkpoints,
                removed.Leftovers);
    }

    private async Task<bool> TryAsync(string what, Func<CancellationToken, Task> work, CancellationToken ct)
    {
        try
        {
            await work(ct);
            return true;
        }
        catch (Exception) when (ct.IsCancellationRequested)
        {
            return true;
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            JobsLog.HousekeepingFailed(logger, what, e.Message);        // database down, disk full, …: try again later
            return false;
        }
    }

    private static async Task WaitAsync(TimeSpan time, CancellationToken ct) =>
        await Task.Delay(time, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
}
