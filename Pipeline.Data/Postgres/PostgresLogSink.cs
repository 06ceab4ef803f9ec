using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;
using Pipeline.Data.Entities;

namespace Pipeline.Data.Postgres;

/// <summary>
/// Log lines as rows, written in batches by COPY. Logging never waits for the database: when it is down or slow the oldest
/// waiting lines are dropped and their number is logged. Run, item, stage, attempt and queue entry come from the logging scope.
/// </summary>
internal sealed class PostgresLogSink : ILoggerProvider, ISupportExternalScope, IAsyncDisposable
{
    private const int Waiting = 20_000, Batch = 2_000;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(400);

    private readonly NpgsqlDataSource _source;
    private readonly string _worker;
    private readonly Channel<LogEntry> _lines;
    private readonly ConcurrentDictionary<string, ILogger> _loggers = [];
    private readonly CancellationTokenSource _closing = new();
    private readonly Task _writing;
    private IExternalScopeProvider _scopes = new LoggerExternalScopeProvider();
    private long _dropped;

    public PostgresLogSink(NpgsqlDataSource source, WorkerName worker)
    {
        _source = source;
        _worker = worker.Value;
        _lines = Channel.CreateBounded<LogEntry>(new BoundedChannelOptions(Waiting)
        {
            FullMode = BoundedChannelFullMode.DropOldest,
            SingleReader = true
        },
            _ => Interlocked.Increment(ref _dropped));
        _writing = Task.Run(WriteAsync);
    }

    public ILogger CreateLogger(string categoryName) => _loggers.GetOrAdd(categoryName, category => new SinkLogger(this, category));

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => _scopes = scopeProvider;

    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();

    public async ValueTask DisposeAsync()
    {
        if (!_lines.Writer.TryComplete()) return;
        await _closing.CancelAsync();           // no more pauses between batches
        await _writing.WaitAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private async Task WriteAsync()
    {
        List<LogEntry> batch = [];
        while (await _lines.Reader.WaitToReadAsync())
        {
            while (batch.Count < Batch && _lines.Reader.TryRead(out LogEntry? line)) batch.Add(line);
            long dropped = Interlocked.Exchange(ref _dropped, 0);
            if (dropped > 0)
                batch.Add(new LogEntry
                {
                    At = DateTimeOffset.UtcNow,
                    Level = nameof(LogLevel.Warning),
                    Category = nameof(PostgresLogSink),
                    Worker = _worker,
                    Message = $"{dropped} log lines were dropped: the database did not keep up"
                });
            try
            {
                await CopyAsync(batch);
                batch.Clear();
            }
            catch (Exception e) when (e is NpgsqlException or IOException or TimeoutException or InvalidOperationException)
            {
                if (_closing.IsCancellationRequested) return;      // the server is gone; the console sink has the lines
                if (batch.Count >= Batch) { Interlocked.Add(ref _dropped, batch.Count); batch.Clear(); }
            }
            await Task.Delay(Interval, _closing.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task CopyAsync(List<LogEntry> lines)
    {
        await using NpgsqlConnection connection = await _source.OpenConnectionAsync();
        await using NpgsqlBinaryImporter copy = await connection.BeginBinaryImportAsync(
            "COPY log_entries (at, level, category, message, exception, run_id, item_id, stage, attempt, worker, job_id) FROM STDIN "
            + "(FORMAT BINARY)");
        foreach (LogEntry line in lines)
        {
            await copy.StartRowAsync();
            await copy.WriteAsync(line.At.UtcDateTime, NpgsqlDbType.TimestampTz);
            await copy.WriteAsync(line.Level, NpgsqlDbType.Varchar);
            await copy.WriteAsync(line.Category, NpgsqlDbType.Text);
            await copy.WriteAsync(WithoutNul(line.Message), NpgsqlDbType.Text);
            await WriteAsync(copy, WithoutNul(line.Exception), NpgsqlDbType.Text);
            await WriteAsync(copy, line.RunId, NpgsqlDbType.Uuid);
            await WriteAsync(copy, line.ItemId, NpgsqlDbType.Uuid);
            await WriteAsync(copy, line.Stage, NpgsqlDbType.Varchar);
            await WriteAsync(copy, line.Attempt, NpgsqlDbType.Integer);
            await WriteAsync(copy, line.Worker, NpgsqlDbType.Text);
            await WriteAsync(copy, line.JobId, NpgsqlDbType.Varchar);
        }
        await copy.CompleteAsync();
    }

    private static Task WriteAsync<T>(NpgsqlBinaryImporter copy, T? value, NpgsqlDbType type) =>
        value is null ? copy.WriteNullAsync() : copy.WriteAsync(value, type);

    // Postgres text cannot hold NUL, and messages may quote hostile file names.
    private static string? WithoutNul(string? text) => text?.Replace('\0', '\uFFFD');

    private sealed class SinkLogger(PostgresLogSink sink, string category) : ILogger
    {
        // The sink's own database work must not feed the sink.
        private readonly LogLevel _least = category.StartsWith("Npgsql", StringComparison.Ordinal)
            || category.StartsWith("Microsoft.", StringComparison.Ordinal) || category.StartsWith("Hangfire", StringComparison.Ordinal)
            ? LogLevel.Warning
            : LogLevel.Information;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => sink._scopes.Push(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= _least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?,
            string> formatter)
        {
            if (!IsEnabled(logLevel)) return;
            Dictionary<string, object?> scope = [];
            sink._scopes.ForEachScope(static (value, into) => Collect(value, into), scope);
            Collect(state, scope);              // Serilog hands the scope over with the values of the message
            sink._lines.Writer.TryWrite(new LogEntry
            {
                At = DateTimeOffset.UtcNow,
                Level = logLevel.ToString(),
                Category = category,
                Message = formatter(state, exception),
                Exception = exception?.ToString(),
                RunId = GuidOf(scope.GetValueOrDefault("RunId")),
                ItemId = GuidOf(scope.GetValueOrDefault("ItemId")),
                Stage = scope.GetValueOrDefault("Stage")?.ToString(),
                Attempt = scope.GetValueOrDefault("Attempt") as int?,
                Worker = sink._worker,
                JobId = scope.GetValueOrDefault("JobId") as string,
            });
        }

        private static void Collect(object? value, Dictionary<string, object?> into)
        {
            if (value is not IEnumerable<KeyValuePair<string, object?>> pairs) return;
            foreach ((string key, object? one) in pairs)
                if (key is "RunId" or "ItemId" or "Stage" or "Attempt" or "JobId") into[key] = one;
        }

        private static Guid? GuidOf(object? value) => value as Guid? ?? (Guid.TryParse(value as string, out Guid parsed) ? parsed : null);
    }
}
