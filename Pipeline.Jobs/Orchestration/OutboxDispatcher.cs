using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pipeline.Data.Claims;
using Pipeline.Data.Postgres;

namespace Pipeline.Jobs.Orchestration;

/// <summary>
/// Moves outbox rows into the queue: at once when a row was written here or Postgres notifies, and every second in any case.
/// </summary>
internal sealed class OutboxDispatcher(Outbox outbox, StageQueue queue, DatabaseSignals signals, ILogger<OutboxDispatcher> logger)
    : BackgroundService
{
    private const int Batch = 500;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(15);      // rows in quick succession are handed over together
    private static readonly TimeSpan LongRest = TimeSpan.FromMilliseconds(100); // entries wait for every worker, so more rows can wait

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        signals.Listen();
        while (!stoppingToken.IsCancellationRequested)
        {
            Task written = signals.NextOutbox;          // before looking: what is written while looking wakes us again
            try
            {
                int moved, made = 0;
                do moved = await outbox.DispatchAsync(async (due, ct) => made += await queue.HandOverAsync(due, ct), Batch, stoppingToken);
                while (moved == Batch);
                if (moved > 0) await Task.Delay(made > 0 ? Rest : LongRest, stoppingToken);
                await written.WaitAsync(Poll, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // The rows stay where they are, whatever went wrong: the server restarts, the queue's tables are locked, …
                JobsLog.DispatchFailed(logger, e.Message);
                await Task.Delay(Poll, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }
}
