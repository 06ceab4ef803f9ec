using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pipeline.Data.Claims;

namespace Pipeline.Jobs.Orchestration;

/// <summary>Moves outbox rows into the queue: at once when Postgres notifies, and every second in any case.</summary>
internal sealed class OutboxDispatcher(Outbox outbox, StageQueue queue, NpgsqlDataSource source, ILogger<OutboxDispatcher> logger) : BackgroundService
{
    private const int Batch = 200;
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using NpgsqlConnection listener = await source.OpenConnectionAsync(stoppingToken);
                await using (NpgsqlCommand listen = new($"LISTEN {Outbox.Channel}", listener)) await listen.ExecuteNonQueryAsync(stoppingToken);
                while (true)
                {
                    while (await outbox.DispatchAsync(message => queue.Enqueue(message.Stage, message.ItemId), Batch, stoppingToken) == Batch) { }
                    await listener.WaitAsync(Poll, stoppingToken);
                }
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
