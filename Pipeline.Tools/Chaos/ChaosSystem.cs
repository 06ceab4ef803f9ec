using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Npgsql;
using Pipeline.Data.Postgres;

namespace Pipeline.Tools.Chaos;

/// <summary>
/// The product as it runs in production, for one run of the harness: a database, a data folder, workers and a web process.
/// </summary>
internal sealed class ChaosSystem : IAsyncDisposable
{
    /// <summary>Shortest lease in seconds that the product's options allow in these systems.</summary>
    public const double ShortestLease = 3;
    private const int DiskMegabytes = 300;

    private readonly PrivateCluster _server;
    private readonly string _database;
    private readonly string _folder;
    private readonly string _input;
    private readonly int _port = FreePort();
    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(5) };
    private readonly List<ChildProcess> _workers = [];
    private int _started;

    private ChaosSystem(PrivateCluster server, string folder, string input, double leaseSeconds)
    {
        (_server, _folder, _input, LeaseSeconds) = (server, folder, input, leaseSeconds);
        _database = "chaos_" + Guid.NewGuid().ToString("N")[..10];
        Disk = SmallDisk.Create(Data, DiskMegabytes);
    }

    /// <summary>How long a claim outlives its worker.</summary>
    public double LeaseSeconds { get; }
    public string Data => Path.Combine(_folder, "data");
    public SmallDisk Disk { get; }
    public Uri Address => new($"http://127.0.0.1:{_port}");
    public IReadOnlyList<ChildProcess> Workers => _workers;
    public ChildProcess? Web { get; private set; }
    public IEnumerable<ChildProcess> Processes => Web is null ? _workers : _workers.Append(Web);
    public PrivateCluster Server => _server;

    /// <param name="server">Running server; a database is created in it.</param>
    /// <param name="folder">Empty folder of this system.</param>
    /// <param name="input">Folder of documents it may read.</param>
    /// <param name="workers">Worker processes.</param>
    /// <param name="leaseSeconds">How long a claim outlives its worker.</param>
    /// <param name="ct">Stops.</param>
    public static async Task<ChaosSystem> StartAsync(
        PrivateCluster server, string folder, string input, int workers, double leaseSeconds, CancellationToken ct)
    {
        ChaosSystem system = new(server, folder, input, leaseSeconds);
        try
        {
            await SchemaMigrator.MigrateAsync(server.ConnectionString(system._database), ct);
            for (int i = 0; i < workers; i++) system.AddWorker();
            system.StartWeb();
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    public void AddWorker() => _workers.Add(Start("worker", ["up", "--role", "worker", "--data", Data]));

    /// <summary>The worker process named as an item's holder, or null.</summary>
    /// <param name="holder">Worker name: host, process id and random part, separated by colons.</param>
    public ChildProcess? WorkerOf(string holder) =>
        holder.Split(':') is [_, string process, ..] && int.TryParse(process, out int id) ? _workers.FirstOrDefault(w => w.Id == id) : null;

    public void StartWeb() =>
        Web = Start("web", ["up", "--role", "web", "--data", Data, "--port", _port.ToString(CultureInfo.InvariantCulture), "--allow",
        _input]);

    /// <summary>Kills a worker and starts another in its place.</summary>
    public async Task ReplaceWorkerAsync(ChildProcess worker, TimeSpan pause, CancellationToken ct)
    {
        worker.Dispose();
        _workers.Remove(worker);
        await Task.Delay(pause, ct);
        AddWorker();
    }

    public async Task ReplaceWebAsync(TimeSpan pause, CancellationToken ct)
    {
        Web?.Dispose();
        await Task.Delay(pause, ct);
        StartWeb();
    }

    /// <summary>Asks the web process to run the folder, retrying until it answers.</summary>
    /// <param name="request">The request.</param>
    /// <param name="ct">Ends it.</param>
    /// <param name="tooLate">Asked before each try: whether the request would mean something else by now.</param>
    /// <returns>The run; empty where it was too late.</returns>
    public async Task<Guid> SubmitAsync(object request, CancellationToken ct, Func<Task<bool>>? tooLate = null)
    {
        for (DateTime end = DateTime.UtcNow.AddMinutes(30); ;)
        {
            if (tooLate is not null && await tooLate())
                return Guid.Empty;
            try
            {
                using HttpResponseMessage answer = await _http.PostAsJsonAsync(new Uri(Address, "/api/ingest/folder"), request, ct);
                if (answer.StatusCode == HttpStatusCode.Accepted)
                    return (await answer.Content.ReadFromJsonAsync<Accepted>(ct))!.RunId;
                string text = await answer.Content.ReadAsStringAsync(ct);
                if ((int)answer.StatusCode < 500
                    || DateTime.UtcNow > end) throw new InvalidOperationException($"the run was refused: {(int)answer.StatusCode} {text}");
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested
                && DateTime.UtcNow < end)
            { }
            await Task.Delay(100, ct);
        }
    }

    /// <summary>
    /// Prevents workers from finishing a document: its end is refused as if the server were unavailable, so that the worker
    /// holds it until it is killed, however late that happens. Only the death of its workers may be recorded. Call before the
    /// document is submitted.
    /// </summary>
    public async Task PoisonAsync(string path, CancellationToken ct)
    {
        await using NpgsqlConnection connection = await ConnectAsync(ct);
        await using NpgsqlCommand command = new($"""
            CREATE FUNCTION chaos_poison() RETURNS trigger LANGUAGE plpgsql AS $poison$
            BEGIN
                IF EXISTS (SELECT 1 FROM run_documents
                    WHERE id = NEW.run_document_id AND path = '{path.Replace("'", "''", StringComparison.Ordinal)}') THEN
                    RAISE EXCEPTION 'a poisonous document kills its worker before it is finished' USING ERRCODE = '{PostgresErrorCodes.CannotConnectNow}';
                END IF;
                RETURN NEW;
            END
            $poison$;
            CREATE TRIGGER chaos_poison BEFORE UPDATE ON stage_items FOR EACH ROW
                WHEN (NEW.state IN ('Succeeded', 'Skipped') OR NEW.state = 'Failed' AND NEW.failure_kind <> 'Crash')
                EXECUTE FUNCTION chaos_poison()
            """, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>An unpooled connection, once the server answers.</summary>
    public async Task<NpgsqlConnection> ConnectAsync(CancellationToken ct) => await Transience.UntilAnsweredAsync(async () =>
    {
        NpgsqlConnection connection =
            new(new NpgsqlConnectionStringBuilder(_server.ConnectionString(_database)) { Pooling = false, Timeout = 5 }.ConnectionString);
        try
        {
            await connection.OpenAsync(ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }, null, ct);

    public async Task<T> ScalarAsync<T>(string sql, CancellationToken ct, params object[] values) =>
        await Transience.UntilAnsweredAsync(async () =>
    {
        await using NpgsqlConnection connection = await ConnectAsync(ct);
        await using NpgsqlCommand command = new(sql, connection);
        foreach (object value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        return (T)(await command.ExecuteScalarAsync(ct))!;
    }, null, ct);

    public async Task<IReadOnlyList<string>> LinesAsync(string sql, CancellationToken ct, params object[] values) =>
        await Transience.UntilAnsweredAsync(async () =>
    {
        await using NpgsqlConnection connection = await ConnectAsync(ct);
        await using NpgsqlCommand command = new(sql, connection);
        foreach (object value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        List<string> lines = [];
        await using NpgsqlDataReader reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) lines.Add(reader.IsDBNull(0) ? "" : reader.GetString(0));
        return (IReadOnlyList<string>)lines;
    }, null, ct);

    /// <summary>Last lines that a process of this system printed.</summary>
    public IEnumerable<string> LastWords(int lines) => Directory.GetFiles(_folder, "*.log").Order(StringComparer.Ordinal)
        .SelectMany(f => File.ReadLines(f).Where(l => l.Contains("\"@l\"", StringComparison.Ordinal)).TakeLast(lines)
        .Select(l => $"{Path.GetFileName(f)}: {l}"));

    public async ValueTask DisposeAsync()
    {
        foreach (ChildProcess worker in _workers) worker.Dispose();
        Web?.Dispose();
        _http.Dispose();
        Disk.Dispose();
        // Interrupted while the server was stopped or killed: the database goes with the server's folder.
        if (_server.ServerProcess is null) return;
        try
        {
            await using NpgsqlConnection connection =
                new(new NpgsqlConnectionStringBuilder(_server.ConnectionString("postgres")) { Pooling = false }.ConnectionString);
            await connection.OpenAsync();
            await using NpgsqlCommand drop = new($"DROP DATABASE IF EXISTS {_database} WITH (FORCE)", connection);
            await drop.ExecuteNonQueryAsync();
        }
        catch (NpgsqlException e) when (Transience.IsServerTrouble(e)) { }      // it is stopping or starting right now
    }

    private ChildProcess Start(string name, string[] arguments)
    {
        Dictionary<string, string> environment = new()
        {
            ["ConnectionStrings__Pipeline"] = _server.ConnectionString(_database),
            ["Leases__Seconds"] = LeaseSeconds.ToString(CultureInfo.InvariantCulture),
            ["Leases__HeartbeatSeconds"] = (LeaseSeconds / 6).ToString(CultureInfo.InvariantCulture),
            ["Worker__SweepSeconds"] = (LeaseSeconds / 10).ToString(CultureInfo.InvariantCulture),
            ["Worker__Cpu"] = "2",
            ["AUTH_TOKEN"] = "",
        };
        string unique = $"{name}-{++_started}";
        return ChildProcess.Start(unique, arguments, environment, Path.Combine(_folder, unique + ".log"));
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <param name="RunId">The run.</param>
    private sealed record Accepted([property: System.Text.Json.Serialization.JsonPropertyName("run_id")] Guid RunId);
}
