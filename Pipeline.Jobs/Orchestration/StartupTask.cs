using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Data.Postgres;

namespace Pipeline.Jobs.Orchestration;

/// <summary>
/// Work that a worker does once alongside its start. It waits for an unavailable database, and its failure is logged and ends
/// nothing else: an exception from a background service would stop the whole process.
/// </summary>
internal abstract class StartupTask(ILogger logger) : BackgroundService
{
    protected abstract Task RunAsync(CancellationToken ct);

    protected sealed override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Transience.UntilAnsweredAsync(
                async () =>
                {
                    await RunAsync(stoppingToken);
                    return true;
                },
                (failures, e) =>
                {
                    if (failures == 1) JobsLog.StartupTaskWaits(logger, GetType().Name, e.Message);
                },
                stoppingToken);
        }
        catch (Exception) when (stoppingToken.IsCancellationRequested) { }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            JobsLog.StartupTaskFailed(logger, e, GetType().Name);
        }
    }
}
