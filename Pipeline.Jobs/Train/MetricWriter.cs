using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Postgres;

namespace Pipeline.Jobs.Train;

/// <summary>
/// Stores training curves while the training runs, without delaying it except before a checkpoint. A repeated step replaces
/// its point, so an attempt resumed from a checkpoint neither doubles nor loses one; a point reported again unchanged keeps its time.
/// </summary>
internal sealed class MetricWriter : ITrainingProgress, IAsyncDisposable
{
    private static readonly TimeSpan BetweenBatches = TimeSpan.FromMilliseconds(500), FlushTimeout = TimeSpan.FromSeconds(5);
    private readonly Channel<Entry> _entries = Channel.CreateUnbounded<Entry>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _hurry = new(0);
    private readonly IDbContextFactory<PipelineDbContext> _contexts;
    private readonly ItemClaim _claim;
    private readonly TimeProvider _time;
    private readonly CheckpointCopies? _copies;
    private readonly Task _writing;
    private int _totalSteps;

    /// <param name="contexts">Where the points go.</param>
    /// <param name="claim">The training.</param>
    /// <param name="time">Clock of the points.</param>
    /// <param name="copies">Notified of each checkpoint, or null.</param>
    public MetricWriter(IDbContextFactory<PipelineDbContext> contexts, ItemClaim claim, TimeProvider time, CheckpointCopies? copies = null)
    {
        (_contexts, _claim, _time, _copies) = (contexts, claim, time, copies);
        _writing = Task.Run(WriteAsync);
    }

    public void Measured(string name, int step, double epoch, double value)
    {
        Remembered(name, step, epoch, value);
        if (name == "total_steps") _totalSteps = (int)value;
        else if (name == "loss") _claim.Report(step, Math.Max(step, _totalSteps));
    }

    public void Remembered(string name, int step, double epoch, double value) => _entries.Writer.TryWrite(new Entry(
        new TrainingMetric { RunId = _claim.Item.RunId, Name = name, Step = step, Epoch = epoch, Value = value, At = _time.GetUtcNow() },
        null));

    public void Flush()
    {
        TaskCompletionSource stored = new(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_entries.Writer.TryWrite(new Entry(null, stored))) return;
        _hurry.Release();
        Task.WaitAny([stored.Task, _writing], FlushTimeout);
    }

    public void CheckpointSaved(int step)
    {
        Measured("checkpoint", step, 0, step);
        _copies?.Saved(step);
    }

    /// <summary>Waits until all points are stored.</summary>
    public async ValueTask DisposeAsync()
    {
        _entries.Writer.TryComplete();
        _hurry.Release();
        await _writing;
        _hurry.Dispose();
    }

    private async Task WriteAsync()
    {
        List<TrainingMetric> batch = [];
        List<TaskCompletionSource> waiting = [];
        while (await _entries.Reader.WaitToReadAsync())
        {
            while (_entries.Reader.TryRead(out Entry entry))
            {
                if (entry.Point is not null) batch.Add(entry.Point);
                if (entry.Stored is not null) waiting.Add(entry.Stored);
            }
            // While the server is unavailable the points wait; the training continues.
            await Transience.UntilAnsweredAsync(async () => await StoreAsync(batch), null, _claim.Lost);
            waiting.ForEach(stored => stored.TrySetResult());
            if (batch.Exists(p => p.Name == "checkpoint")) await _claim.ProgressSavedAsync(_claim.Lost);
            _claim.Progressed();
            batch.Clear();
            waiting.Clear();
            await _hurry.WaitAsync(BetweenBatches);
        }
    }

    private async Task<int> StoreAsync(List<TrainingMetric> batch)
    {
        TrainingMetric[] rows = batch.Where(p => double.IsFinite(p.Value)).GroupBy(p => (p.Name, p.Step)).Select(same => same.Last())
            .ToArray();
        if (rows.Length == 0) return 0;
        Guid run = _claim.Item.RunId;
        string[] names = rows.Select(p => p.Name).ToArray();
        int[] steps = rows.Select(p => p.Step).ToArray();
        double[] values = rows.Select(p => p.Value).ToArray(), epochs = rows.Select(p => p.Epoch).ToArray();
        DateTime[] times = rows.Select(p => p.At.UtcDateTime).ToArray();
        await using PipelineDbContext db = await _contexts.CreateDbContextAsync();
        return await db.Database.ExecuteSqlAsync($"""
            INSERT INTO training_metrics (run_id, name, step, value, epoch, at)
            SELECT {run}, n, s, v, e, t FROM unnest({names}, {steps}, {values}, {epochs}, {times}) AS p(n, s, v, e, t)
            ON CONFLICT (run_id, name, step) DO UPDATE SET value = excluded.value, epoch = excluded.epoch,
                at = CASE WHEN training_metrics.value = excluded.value
                    AND training_metrics.epoch = excluded.epoch THEN training_metrics.at ELSE excluded.at END
            """);
    }

    /// <summary>A point, or a waiter for all earlier points to be stored.</summary>
    private readonly record struct Entry(TrainingMetric? Point, TaskCompletionSource? Stored);
}
