using System.Threading.Channels;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Train;

/// <summary>Stores training curves while the training works, without making it wait. A repeated step replaces its point.</summary>
internal sealed class MetricWriter : ITrainingProgress, IAsyncDisposable
{
    private readonly Channel<TrainingMetric> _points = Channel.CreateUnbounded<TrainingMetric>(new UnboundedChannelOptions { SingleReader = true });
    private readonly IDbContextFactory<PipelineDbContext> _contexts;
    private readonly ItemClaim _claim;
    private readonly TimeProvider _time;
    private readonly Task _writing;

    public MetricWriter(IDbContextFactory<PipelineDbContext> contexts, ItemClaim claim, TimeProvider time)
    {
        (_contexts, _claim, _time) = (contexts, claim, time);
        _writing = Task.Run(WriteAsync);
    }

    public void Measured(string name, int step, double epoch, double value) => _points.Writer.TryWrite(
        new TrainingMetric { RunId = _claim.Item.RunId, Name = name, Step = step, Epoch = epoch, Value = value, At = _time.GetUtcNow() });

    public void CheckpointSaved(int step) => Measured("checkpoint", step, 0, step);

    /// <summary>Waits until all points are stored.</summary>
    public async ValueTask DisposeAsync()
    {
        _points.Writer.TryComplete();
        await _writing;
    }

    private async Task WriteAsync()
    {
        List<TrainingMetric> batch = [];
        while (await _points.Reader.WaitToReadAsync())
        {
            while (_points.Reader.TryRead(out TrainingMetric? point)) batch.Add(point);
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    await StoreAsync(batch);
                    break;
                }
                catch (NpgsqlException e) when (e.IsTransient && attempt < 20)      // the server restarts; the points wait
                {
                    await Task.Delay(TimeSpan.FromSeconds(1));
                }
            }
            if (batch.Exists(p => p.Name == "checkpoint")) await _claim.ProgressSavedAsync(CancellationToken.None);
            batch.Clear();
            if (!_points.Reader.Completion.IsCompleted) await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(500)), _points.Reader.Completion);
        }
    }

    private async Task StoreAsync(List<TrainingMetric> batch)
    {
        TrainingMetric[] rows = batch.Where(p => double.IsFinite(p.Value)).DistinctBy(p => (p.Name, p.Step)).ToArray();
        Guid run = _claim.Item.RunId;
        string[] names = rows.Select(p => p.Name).ToArray();
        int[] steps = rows.Select(p => p.Step).ToArray();
        double[] values = rows.Select(p => p.Value).ToArray(), epochs = rows.Select(p => p.Epoch).ToArray();
        DateTime[] times = rows.Select(p => p.At.UtcDateTime).ToArray();
        await using PipelineDbContext db = await _contexts.CreateDbContextAsync();
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO training_metrics (run_id, name, step, value, epoch, at)
            SELECT {run}, n, s, v, e, t FROM unnest({names}, {steps}, {values}, {epochs}, {times}) AS p(n, s, v, e, t)
            ON CONFLICT (run_id, name, step) DO UPDATE SET value = excluded.value, epoch = excluded.epoch, at = excluded.at
            """);
    }
}
