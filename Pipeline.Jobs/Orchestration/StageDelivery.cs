using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;
using Pipeline.Data.Stages;

namespace Pipeline.Jobs.Orchestration;

/// <summary>
/// Runs a queue entry: works on its item and, for stages of documents or parts, on every other item that waits for the same stage, so
/// that a thousand documents do not need a thousand queue entries.
/// </summary>
public sealed class StageDelivery
{
    // An entry ends after this time and queues another one behind those of other stages, so that no stage starves.
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10), LastPause = TimeSpan.FromSeconds(1);

    private readonly StageWork _work;
    private readonly StageGraph _graph;
    private readonly ItemClaims _claims;
    private readonly StageQueue _queue;
    private readonly ItemQueue _queues;
    private readonly DocumentGate _gate;
    private readonly TorchDevice _device;
    private readonly ILogger<StageDelivery> _logger;

    internal StageDelivery(
        StageWork work, StageGraph graph, ItemClaims claims, StageQueue queue, ItemQueue queues, DocumentGate gate, TorchDevice device,
        ILogger<StageDelivery> logger) =>
        (_work, _graph, _claims, _queue, _queues, _gate, _device, _logger) = (work, graph, claims, queue, queues, gate, device, logger);

    /// <summary>Works on an item and, for a stage of documents or parts, on the next ones.</summary>
    /// <exception cref="StageFailedException">
    /// Items failed for good. Their failures are already stored; this exception makes the queue's pages show them too.
    /// </exception>
    internal async Task RunAsync(Stage stage, Guid itemId, CancellationToken stopping)
    {
        StageFailures failures = StageFailures.Begin();
        // The device comes first: an item that is claimed while its worker waits for the device could be done by another worker.
        await using (IAsyncDisposable? turn = await NeedsDeviceAsync(stage, itemId, stopping) ? await _device.AcquireAsync(stopping) : null)
        {
            if (_graph[stage].Scope != StageScope.Run) await WorkOnAllAsync(stage, stopping);
            else await _work.WorkAsync(stage, itemId, stopping);
        }
        failures.ThrowIfAny();
    }

    private async Task WorkOnAllAsync(Stage stage, CancellationToken stopping)
    {
        long started = Stopwatch.GetTimestamp();
        TimeSpan pause = FirstPause;
        while (true)
        {
            Guid? worked = await WorkOnNextAsync(stage, started, stopping);
            if (worked is null)
            {
                (bool others, bool suspects) = await AskAsync(stage, () => _claims.WaitingAsync(stage, stopping), stopping);
                if (!others && !suspects) return;
                if (suspects) worked = await WorkOnSuspectAsync(stage, stopping);
            }
            if (worked is not { } last)
            {
                // Items wait, but their rows were locked by another transaction when this entry looked, and were skipped. That
                // transaction enqueues no entry for them, so this one looks again until none is left.
                await Task.Delay(pause, stopping);
                pause = pause < LastPause ? pause * 2 : LastPause;
                continue;
            }
            pause = FirstPause;
            if (Stopwatch.GetElapsedTime(started) < Slice) continue;
            // It takes whatever items are left; the id only names an example.
            _queue.Enqueue(stage, last, await AskAsync(stage, () => _queues.OfAsync(stage, last, stopping), stopping));
            return;
        }
    }

    private async Task<bool> NeedsDeviceAsync(Stage stage, Guid itemId, CancellationToken stopping) =>
        _graph[stage].Queue == Queues.Gpu && await AskAsync(stage, () => _queues.OfAsync(stage, itemId, stopping), stopping) == Queues.Gpu;

    /// <summary>Works on the next item, and on each one that is claimed in the transaction that ends the item before it.</summary>
    /// <returns>Id of the last item, or null if none could be claimed.</returns>
    private async Task<Guid?> WorkOnNextAsync(Stage stage, long started, CancellationToken stopping)
    {
        bool MayContinue() => !stopping.IsCancellationRequested && !_gate.IsWanted && Stopwatch.GetElapsedTime(started) < Slice;
        Guid? worked = null;
        using (await _gate.EnterAsync(stopping))
            for (StageItem? item = await ClaimAsync(stage, false, stopping, MayContinue); item
                is not null; item = _claims.TakeFollowing(item.Id))
                worked = await WorkAsync(item, stopping);
        return worked;
    }

    /// <summary>
    /// Works on an item that may have killed a worker, with nothing else in this process: if the worker dies again, the item did it.
    /// </summary>
    private async Task<Guid?> WorkOnSuspectAsync(Stage stage, CancellationToken stopping)
    {
        using (await _gate.EnterAloneAsync(stopping))
            return await ClaimAsync(stage, suspects: true, stopping) is { } suspect ? await WorkAsync(suspect, stopping) : null;
    }

    private Task<StageItem?> ClaimAsync(Stage stage, bool suspects, CancellationToken stopping, Func<bool>? mayContinue = null) =>
        AskAsync(stage, () => _claims.ClaimNextAsync(stage, suspects, stopping, mayContinue), stopping);

    private Task<T> AskAsync<T>(Stage stage, Func<Task<T>> question, CancellationToken stopping) =>
        Transience.UntilAnsweredAsync(question, (failures, e) => JobsLog.ClaimFailed(_logger, stage, failures, e.Message), stopping);

    private async Task<Guid> WorkAsync(StageItem item, CancellationToken stopping)
    {
        try
        {
            await _work.WorkAsync(item.Stage, item.Id, stopping);
        }
        catch
        {
            await _claims.ForgetAsync(item.Id);
            throw;
        }
        return item.Id;
    }
}
