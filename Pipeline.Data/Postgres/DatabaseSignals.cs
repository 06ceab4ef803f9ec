using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Pipeline.Data.Postgres;

/// <summary>
/// What processes tell each other through Postgres: outbox rows are waiting, a run has changed, a user has intervened. Signals
/// only shorten waiting: a lost one costs a poll interval and nothing else. One connection per process listens.
/// </summary>
public sealed class DatabaseSignals : IAsyncDisposable
{
    internal const string OutboxChannel = "pipeline_outbox", RunChannel = "pipeline_runs", ControlChannel = "pipeline_control";
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(40);     // changes of a run signalled together

    private readonly NpgsqlDataSource _source;
    private readonly ILogger<DatabaseSignals> _logger;
    private readonly ConcurrentDictionary<Guid, byte> _changed = [];
    private readonly SemaphoreSlim _tell = new(0);
    private readonly CancellationTokenSource _ended = new();
    private readonly Lock _starting = new();
    private volatile TaskCompletionSource _outbox = New();
    private readonly ConcurrentDictionary<Guid, long> _followed = [];
    private volatile TaskCompletionSource _run = New();
    private long _toAll;
    private Task? _listening, _notifying;

    /// <summary>Signals over a database. Listening and notifying start when first needed.</summary>
    public DatabaseSignals(NpgsqlDataSource source, ILogger<DatabaseSignals> logger) => (_source, _logger) = (source, logger);

    /// <summary>A user paused, canceled or resumed a run: workers check at once whether they still own their items.</summary>
    public event Action? Intervened;

    /// <summary>Begins to listen. Repeated calls do nothing.</summary>
    public void Listen()
    {
        lock (_starting) _listening ??= Task.Run(ListenAsync);
    }

    /// <summary>Wakes the dispatcher of this process.</summary>
    public void OutboxWritten() => Interlocked.Exchange(ref _outbox, New()).TrySetResult();

    /// <summary>Notifies everyone following the run. Changes in quick succession share one notification.</summary>
    public void RunChanged(Guid runId)
    {
        _changed[runId] = 0;
        if (_tell.CurrentCount == 0) _tell.Release();
        if (_notifying is not null) return;
        lock (_starting) _notifying ??= Task.Run(NotifyLoopAsync);
    }

    /// <summary>Get it before looking at the outbox, await it after: a row written in between completes it at once.</summary>
    public Task NextOutbox => _outbox.Task;

    /// <summary>Changes of the run seen so far. Get it before reading the run, pass it to <see cref="RunChangeAsync"/> after.</summary>
    public long RunVersion(Guid runId)
    {
        Listen();
        return _followed.GetOrAdd(runId, 0) + Interlocked.Read(ref _toAll);
    }

    /// <summary>Ends when the run has changed since a version, or after the time.</summary>
    public async Task RunChangeAsync(Guid runId, long since, TimeSpan atMost, CancellationToken ct)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(atMost);
        try
        {
            while (true)
            {
                Task next = _run.Task;
                if (RunVersion(runId) > since) return;
                await next.WaitAsync(limit.Token);
            }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested) { }
    }

    /// <summary>Stops listening.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ended.IsCancellationRequested) return;
        await _ended.CancelAsync();
        foreach (Task? task in new[] { _listening, _notifying })
            if (task is not null) await task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
        _tell.Dispose();
    }

    private async Task ListenAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            try
            {
                await using NpgsqlConnection connection = await _source.OpenConnectionAsync(_ended.Token);
                connection.Notification += (_, e) => OnNotification(e.Channel, e.Payload);
                await using (NpgsqlCommand listen = new($"LISTEN {OutboxChannel}; LISTEN {RunChannel}; LISTEN {ControlChannel}",
                    connection))
                    await listen.ExecuteNonQueryAsync(_ended.Token);
                // Signals sent while nobody listened are lost: everyone checks once.
                foreach (string channel in (string[])[OutboxChannel, RunChannel, ControlChannel]) OnNotification(channel, "");
                while (true) await connection.WaitAsync(_ended.Token);
            }
            catch (OperationCanceledException) when (_ended.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                PostgresLog.ListeningFailed(_logger, e.Message);
                await Task.Delay(TimeSpan.FromSeconds(1), _ended.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void OnNotification(string channel, string payload)
    {
        if (channel == OutboxChannel) OutboxWritten();
        else if (channel == ControlChannel) Intervened?.Invoke();
        if (channel == OutboxChannel) return;
        if (!Guid.TryParse(payload, out Guid run)) Interlocked.Increment(ref _toAll);
        else if (_followed.ContainsKey(run)) _followed.AddOrUpdate(run, 1, (_, version) => version + 1);
        else return;
        Interlocked.Exchange(ref _run, New()).TrySetResult();
    }

    private async Task NotifyLoopAsync()
    {
        while (!_ended.IsCancellationRequested)
        {
            await _tell.WaitAsync(_ended.Token);
            Guid[] runs = [.. _changed.Keys];
            foreach (Guid run in runs) _changed.TryRemove(run, out _);
            try
            {
                // In its own transaction, not the ones it reports: commits that notify wait for each other.
                await using NpgsqlCommand notify = _source.CreateCommand($"SELECT pg_notify('{RunChannel}', r::text) FROM unnest($1) AS r");
                notify.Parameters.Add(new NpgsqlParameter { Value = runs });
                await notify.ExecuteNonQueryAsync(_ended.Token);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                PostgresLog.NotificationFailed(_logger, e.Message);        // followers poll once a second anyway
            }
            await Task.Delay(Quiet, _ended.Token);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
