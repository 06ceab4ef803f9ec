using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Pipeline.Data.Postgres;

namespace Pipeline.Data.Claims;

/// <summary>
/// Renews the leases of all items that this process holds, in one statement per heartbeat, and notifies the claims that lost
/// theirs. Woken early when a user pauses or cancels a run.
/// </summary>
public sealed class LeaseKeeper : IAsyncDisposable
{
    private readonly ConcurrentDictionary<Guid, ItemClaim> _held = [];
    private readonly SemaphoreSlim _wake = new(0);
    private readonly CancellationTokenSource _ended = new();
    private readonly NpgsqlDataSource _source;
    private readonly DatabaseSignals _signals;
    private readonly LeaseOptions _options;
    private readonly ILogger<LeaseKeeper> _logger;
    private readonly Lock _starting = new();
    private static readonly TimeSpan BetweenReports = TimeSpan.FromMilliseconds(150);
    private Task? _renewing;
    private long _reportedAt;

    /// <summary>A keeper that starts with its first claim.</summary>
    public LeaseKeeper(NpgsqlDataSource source, DatabaseSignals signals, IOptions<LeaseOptions> options, ILogger<LeaseKeeper> logger)
    {
        (_source, _signals, _options, _logger) = (source, signals, options.Value, logger);
        signals.Intervened += Wake;
    }

    /// <summary>Checks now instead of at the next heartbeat.</summary>
    public void Wake()
    {
        if (!_held.IsEmpty && _wake.CurrentCount == 0) _wake.Release();
    }

    /// <summary>Stores progress now, unless it was stored a moment ago.</summary>
    internal void WakeForProgress()
    {
        long before = Interlocked.Read(ref _reportedAt), now = Stopwatch.GetTimestamp();
        if (before != 0 && Stopwatch.GetElapsedTime(before, now) < BetweenReports) return;
        if (Interlocked.CompareExchange(ref _reportedAt, now, before) == before) Wake();
    }

    internal void Hold(ItemClaim claim)
    {
        _held[claim.Item.Id] = claim;
        if (_renewing is not null) return;
        _signals.Listen();
        lock (_starting) _renewing ??= Task.Run(RenewAsync);
    }

    internal void Drop(ItemClaim claim) => _held.TryRemove(KeyValuePair.Create(claim.Item.Id, claim));

    /// <summary>Stops renewing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_ended.IsCancellationRequested) return;
        _signals.Intervened -= Wake;
        await _ended.CancelAsync();
        if (_renewing is not null) await _renewing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ended.Dispose();
        _wake.Dispose();
    }

    private async Task RenewAsync()
    {
        TimeSpan pause = TimeSpan.FromSeconds(_options.HeartbeatSeconds);
        while (true)
        {
            await _wake.WaitAsync(pause, _ended.Token);
            ItemClaim[] held = [.. _held.Values];
            if (held.Length == 0) continue;
            try
            {
                HashSet<Guid> ours = await RenewAsync(held);
                foreach (ItemClaim claim in held)
                    if (!ours.Contains(claim.Item.Id)) claim.Lose();
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException or InvalidOperationException)
            {
                ClaimLog.HeartbeatFailed(_logger, held.Length, e.Message);      // the lease lasts several heartbeats; try again
            }
        }
    }

    private async Task<HashSet<Guid>> RenewAsync(ItemClaim[] held)
    {
        // Rows are locked in the same order here and when a run is canceled, so that the two cannot deadlock.
        await using NpgsqlCommand command = _source.CreateCommand("""
            WITH mine AS MATERIALIZED (
                SELECT i.id, c.done, c.total, c.rest
                    FROM stage_items AS i
                        JOIN unnest($2, $3, $4, $5, $6) AS c(id, attempt, done, total, rest) ON c.id = i.id AND c.attempt = i.attempt
                WHERE i.state = 'Running' ORDER BY i.id FOR UPDATE OF i)
            UPDATE stage_items AS i SET lease_until = clock_timestamp() + $1, progress_done = coalesce(mine.done, i.progress_done),
                progress_total = coalesce(mine.total, i.progress_total), estimated_end = clock_timestamp() + mine.rest
            FROM mine WHERE i.id = mine.id RETURNING i.id
            """);
        command.CommandTimeout = Math.Max(1, (int)Math.Ceiling(_options.Seconds / 2));
        command.Parameters.Add(new NpgsqlParameter { Value = TimeSpan.FromSeconds(_options.Seconds) });
        command.Parameters.Add(new NpgsqlParameter { Value = held.Select(c => c.Item.Id).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = held.Select(c => c.Item.Attempt).ToArray() });
        long[] versions = held.Select(c => c.Progress.Version).ToArray();
        (int? Done, int? Total, TimeSpan? Left)[] progress = held.Select(c => c.Progress.Now).ToArray();
        command.Parameters.Add(new NpgsqlParameter { Value = progress.Select(p => p.Done).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = progress.Select(p => p.Total).ToArray() });
        command.Parameters.Add(new NpgsqlParameter { Value = progress.Select(p => p.Left).ToArray() });
        HashSet<Guid> ours = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(_ended.Token);
        while (await reader.ReadAsync(_ended.Token)) ours.Add(reader.GetGuid(0));
        foreach ((ItemClaim claim, long version) in held.Zip(versions))
        {
            if (version == claim.ProgressStored) continue;
            claim.ProgressStored = version;
            claim.Progressed();
        }
        return ours;
    }
}
