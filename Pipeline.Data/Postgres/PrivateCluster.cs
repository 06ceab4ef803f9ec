using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using Npgsql;

namespace Pipeline.Data.Postgres;

/// <summary>
/// A Postgres server of our own below the data folder. It listens on a free loopback port with a generated password, runs as an
/// unprivileged user, is shared by all processes that use the folder, and stops with the last of them, even if that is killed.
/// </summary>
public sealed class PrivateCluster : IAsyncDisposable
{
    private const string Superuser = "pipeline";
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(90);

    private readonly string _folder;
    private readonly ServerUser? _user;
    private readonly PostgresPrograms _programs;
    private readonly FileStream _use;
    private readonly State _state;

    private PrivateCluster(string folder, ServerUser? user, PostgresPrograms programs, FileStream use, State state) =>
        (_folder, _user, _programs, _use, _state) = (folder, user, programs, use, state);

    /// <param name="Cluster">Postgres's data directory.</param>
    /// <param name="Password">Of the superuser.</param>
    /// <param name="Port">Loopback port of the running, or last, server.</param>
    private sealed record State(string Cluster, string Password, int Port);

    /// <summary>Starts the server of a folder, creating it first if needed, or joins the one already running.</summary>
    /// <param name="folder">Folder of the cluster; created if missing.</param>
    /// <param name="durable">False trades safety against power cuts for speed; for tests.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <exception cref="PostgresMissingException">Postgres is not installed.</exception>
    /// <exception cref="InvalidOperationException">The server did not start; the message holds its last output.</exception>
    public static async Task<PrivateCluster> StartAsync(string folder, bool durable = true, CancellationToken ct = default)
    {
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(folder);
        ServerUser? user = ServerUser.ForThisProcess();
        FileStream use = await FileLock.AcquireAsync(Path.Combine(folder, "users.lock"), shared: true, LockTimeout, ct);
        try
        {
            await using FileStream starting = await FileLock.AcquireAsync(Path.Combine(folder, "start.lock"), shared: false, LockTimeout,
                ct);
            State? state = ReadState(folder);
            PostgresPrograms programs = PostgresPrograms.Find(state is null ? null : VersionOf(state.Cluster));
            state ??= await CreateAsync(folder, user, programs, durable, ct);
            if (!IsRunning(state.Cluster)) state = await LaunchAsync(folder, state, user, programs, durable, ct);
            return new PrivateCluster(folder, user, programs, use, state);
        }
        catch
        {
            await use.DisposeAsync();
            throw;
        }
    }

    /// <summary>Connection string of a database of this server.</summary>
    public string ConnectionString(string database) => ConnectionString(_state, database);

    /// <summary>Process id of the running server, or null.</summary>
    public int? ServerProcess =>
        IsRunning(_state.Cluster) ? int.Parse(File.ReadLines(Path.Combine(_state.Cluster, "postmaster.pid")).First(),
        System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>Stops the server even while it is in use, as an administrator would; every connection is cut.</summary>
    public Task StopServerAsync(CancellationToken ct) =>
        PostgresPrograms.RunAsync(_programs.Command(_user, "pg_ctl", "stop", "-D", _state.Cluster, "-m", "fast", "-w"), "/", ct);

    /// <summary>Starts the server again on the port it had, after it was stopped or killed.</summary>
    public async Task StartServerAsync(bool durable, CancellationToken ct)
    {
        await using FileStream starting = await FileLock.AcquireAsync(Path.Combine(_folder, "start.lock"), shared: false, LockTimeout, ct);
        if (!IsRunning(_state.Cluster)) await LaunchAsync(_folder, _state, _user, _programs, durable, ct, samePort: true);
    }

    /// <summary>Stops using the server; the last user stops it.</summary>
    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await _use.DisposeAsync();
        string users = Path.Combine(_folder, "users.lock");
        for (DateTime end = DateTime.UtcNow + TimeSpan.FromSeconds(30); DateTime.UtcNow < end && IsRunning(_state.Cluster);)
        {
            await using (FileStream? alone = FileLock.TryTake(users, shared: false))
            {
                if (alone is not null)
                {
                    await PostgresPrograms.RunAsync(_programs.Command(_user, "pg_ctl", "stop", "-D", _state.Cluster, "-m", "fast", "-w"),
                        "/", CancellationToken.None);
                    return;
                }
            }
            await using (FileStream? other = FileLock.TryTake(users, shared: true))
                if (other is not null) return;              // others use it and will stop it
            await Task.Delay(50);                           // the watchdog was faster and is stopping it
        }
    }

    private static async Task<State> CreateAsync(string folder, ServerUser? user, PostgresPrograms programs, bool durable,
        CancellationToken ct)
    {
        string home = await HomeAsync(folder, user, ct);
        string building = Path.Combine(home, "building-" + Guid.NewGuid().ToString("N")[..8]), cluster = Path.Combine(home, "cluster");
        string password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        string passwordFile = Path.Combine(home, "password-" + Guid.NewGuid().ToString("N")[..8]);
        WritePrivate(passwordFile, password + "\n");
        user?.Own(passwordFile);
        try
        {
            string[] speed = durable ? [] : ["--no-sync"];
            await PostgresPrograms.RunAsync(programs.Command(user, "initdb",
                ["-D", building, "-U", Superuser, "-A", "scram-sha-256", "--pwfile", passwordFile, "-E", "UTF8", "--locale=C", .. speed]),
                "/", ct);
            // its password is lost with its state file
            if (Directory.Exists(cluster)) Directory.Move(cluster, cluster + "-" + Guid.NewGuid().ToString("N")[..8]);
            Directory.Move(building, cluster);
        }
        finally
        {
            File.Delete(passwordFile);
            if (Directory.Exists(building)) Directory.Delete(building, recursive: true);
        }
        State state = new(cluster, password, 0);
        WriteState(folder, state);
        return state;
    }

    /// <summary>The cluster's location: the folder itself, unless the server's user cannot get there (say, below /root).</summary>
    private static async Task<string> HomeAsync(string folder, ServerUser? user, CancellationToken ct)
    {
        if (user is null) return folder;
        user.Own(folder);
        if (await user.CanEnterAsync(folder, ct)) return folder;
        string key = Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(folder)))[..12];
        string elsewhere = Path.Combine("/var/lib/pipeline", "postgres-" + key);
        Directory.CreateDirectory(elsewhere);
        user.Own(elsewhere);
        return elsewhere;
    }

    private static async Task<State> LaunchAsync(string folder, State state, ServerUser? user, PostgresPrograms programs, bool durable,
        CancellationToken ct, bool samePort = false)
    {
        File.Delete(Path.Combine(state.Cluster, "postmaster.pid"));         // stale: IsRunning said so
        string log = Path.Combine(state.Cluster, "server.log");
        string safety = durable ? "" : " -c fsync=off -c synchronous_commit=off -c full_page_writes=off";
        for (int attempt = 1; ; attempt++)
        {
            if (!samePort) state = state with { Port = FreePort() };
            string settings = $"-p {state.Port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=200{safety}";
            try
            {
                await PostgresPrograms.RunAsync(programs.Command(user, "pg_ctl", "start", "-D", state.Cluster, "-l", log, "-w", "-t", "60",
                    "-o", settings), "/", ct);
                break;
            }
            catch (InvalidOperationException e)
            {
                string said = string.Join('\n', File.ReadLines(log).TakeLast(8));
                if (attempt < 3 && said.Contains("could not bind", StringComparison.Ordinal)) continue;    // the port was taken meanwhile
                if (attempt < 30 && said.Contains("pre-existing shared memory block", StringComparison.Ordinal))
                {
                    await Task.Delay(200, ct);      // the children of a killed server have not all noticed yet
                    continue;
                }
                throw new InvalidOperationException($"the private Postgres server in {state.Cluster} did not start: {said}", e);
            }
        }
        WriteState(folder, state);
        if (!samePort) StartWatchdog(folder, state, user, programs);     // otherwise the first start's watchdog is still waiting
        return state;
    }

    /// <summary>Waits, as a separate process, until nobody uses the server any more, then stops it: even after a kill -9.</summary>
    private static void StartWatchdog(string folder, State state, ServerUser? user, PostgresPrograms programs)
    {
        string[] stop = programs.Command(user, "pg_ctl", "stop", "-D", state.Cluster, "-m", "fast", "-w");
        string[] arguments = ["-f", "sh", "-c", "exec >/dev/null 2>&1 </dev/null; exec flock -x \"$@\"", "sh",
            Path.Combine(folder, "users.lock"), .. stop];
        using Process? process = Process.Start(new ProcessStartInfo("setsid", arguments) { WorkingDirectory = "/" });
        process?.WaitForExit();                             // setsid -f returns at once
    }

    private static bool IsRunning(string cluster)
    {
        string pidFile = Path.Combine(cluster, "postmaster.pid");
        if (!File.Exists(pidFile)) return false;
        string? first = File.ReadLines(pidFile).FirstOrDefault();
        if (!int.TryParse(first, out int pid)) return false;
        string commandLine = $"/proc/{pid}/cmdline";
        try
        {
            // The process id may belong to another program by now: check what runs under it.
            return File.Exists(commandLine) && File.ReadAllText(commandLine).Contains(cluster, StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;                                   // ended between the two calls
        }
    }

    private static string ConnectionString(State state, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = state.Port,
        Username = Superuser,
        Password = state.Password,
        Database = database,
        MaxPoolSize = 60,
        Timeout = 30,
        IncludeErrorDetail = true,
    }.ConnectionString;

    private static string VersionOf(string cluster) => File.ReadAllText(Path.Combine(cluster, "PG_VERSION")).Trim();

    private static State? ReadState(string folder)
    {
        string path = Path.Combine(folder, "connection.json");
        if (!File.Exists(path)) return null;
        State state = JsonSerializer.Deserialize<State>(File.ReadAllText(path)) ?? throw new InvalidDataException($"{path} is empty");
        return Directory.Exists(state.Cluster) ? state : null;
    }

    private static void WriteState(string folder, State state)
    {
        string path = Path.Combine(folder, "connection.json");
        WritePrivate(path + ".tmp", JsonSerializer.Serialize(state));
        File.Move(path + ".tmp", path, overwrite: true);
    }

    private static void WritePrivate(string path, string text)
    {
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using FileStream file = new(path, options);
        file.Write(System.Text.Encoding.UTF8.GetBytes(text));
    }

    private static int FreePort()
    {
        using TcpListener listener = new(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
