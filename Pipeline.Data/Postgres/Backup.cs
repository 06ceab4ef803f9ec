using System.Diagnostics;
using Npgsql;
using Pipeline.Data.Artifacts;

namespace Pipeline.Data.Postgres;

/// <summary>
/// Database and files in one folder, whichever store holds the artifacts. The database is read in one snapshot, then the files
/// are copied: every file its rows name was stored before, and stored files never change, so the copy is consistent even while
/// work continues.
/// </summary>
public static class Backup
{
    private const string Dump = "database.dump";
    private const string Objects = "objects";
    private const int FilesAtOnce = 4;
    private static readonly string[] Folders = ["adapters", "datasets"];

    internal static async Task WriteAsync(PipelineStorage storage, string target, CancellationToken ct)
    {
        target = Path.GetFullPath(target);
        if (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target)
            .Any()) throw new IOException($"{target}: holds files; name an empty or new folder");
        string building = target + ".tmp";
        if (Directory.Exists(building)) Directory.Delete(building, recursive: true);
        Directory.CreateDirectory(building);
        // Hangfire's tables are left out: they only deliver, and waiting work is dispatched again.
        await RunAsync("pg_dump", storage.ConnectionString,
            ["--format=custom", "--no-owner", "--exclude-schema=hangfire", "--file", Path.Combine(building, Dump)], ct);
        await SaveArtifactsAsync(storage.Artifacts, Path.Combine(building, Objects), ct);
        foreach (string folder in Folders) CopyFolder(Path.Combine(storage.Folder, folder), Path.Combine(building, folder), ct);
        if (Directory.Exists(target)) Directory.Delete(target);
        Directory.Move(building, target);           // a backup is there completely or not at all
    }

    /// <summary>Fills a data folder and a database from a backup.</summary>
    /// <param name="backup">Folder that <see cref="PipelineStorage.BackUpAsync"/> wrote.</param>
    /// <param name="options">Where to restore to: a folder without artifacts, and a database without runs.</param>
    /// <param name="ct">Stops; the target is incomplete then.</param>
    /// <exception cref="IOException">The folder is not a backup, or the target is in use.</exception>
    /// <exception cref="DamagedArtifactException">A file of the backup is not what was stored.</exception>
    public static async Task RestoreAsync(string backup, DataOptions options, CancellationToken ct)
    {
        string dump = Path.Combine(Path.GetFullPath(backup), Dump);
        if (!File.Exists(dump)) throw new FileNotFoundException($"{backup}: has no {Dump}; give a folder that 'pipeline backup' wrote",
            dump);
        await using PipelineStorage storage = await PipelineStorage.OpenAsync(options, ct);
        await using (NpgsqlConnection connection =
            new(new NpgsqlConnectionStringBuilder(storage.ConnectionString) { Pooling = false }.ConnectionString))
        {
            await connection.OpenAsync(ct);
            await using NpgsqlCommand count = new("SELECT (SELECT count(*) FROM runs) + (SELECT count(*) FROM documents)", connection);
            if ((long)(await count.ExecuteScalarAsync(ct))! > 0) throw new IOException(
                $"{storage.Folder}: its database has runs already; restore into a new data folder or database");
            await using NpgsqlCommand empty =
                new("DROP SCHEMA IF EXISTS hangfire CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public", connection);
            await empty.ExecuteNonQueryAsync(ct);
        }
        await RestoreArtifactsAsync(Path.Combine(Path.GetFullPath(backup), Objects), storage.Artifacts, ct);
        foreach (string folder in Folders) CopyFolder(Path.Combine(Path.GetFullPath(backup), folder), Path.Combine(storage.Folder, folder),
            ct);
        await RunAsync("pg_restore", storage.ConnectionString, ["--no-owner", "--exit-on-error", "--single-transaction", "--schema=public",
            "--dbname", new NpgsqlConnectionStringBuilder(storage.ConnectionString).Database!, dump], ct);
        await SchemaMigrator.MigrateAsync(storage.ConnectionString, ct);
        await RequeueAsync(storage, ct);
    }

    /// <summary>Requeues what was being worked on when the backup was made, and points adapter paths into this data folder.</summary>
    private static async Task RequeueAsync(PipelineStorage storage, CancellationToken ct)
    {
        await using NpgsqlConnection connection =
            new(new NpgsqlConnectionStringBuilder(storage.ConnectionString) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(ct);
        await using NpgsqlCommand command = new("""
            UPDATE stage_items SET state = 'Pending', lease_until = NULL, attempts_left = least(attempts_left + 1, attempts_allowed)
                WHERE state = 'Running';
            INSERT INTO outbox_messages (item_id, stage, not_before) SELECT i.id, i.stage, i.not_before FROM stage_items AS i
                WHERE i.state = 'Pending' AND NOT EXISTS (SELECT 1 FROM outbox_messages AS m WHERE m.item_id = i.id);
            """, connection);
        await command.ExecuteNonQueryAsync(ct);
        await using NpgsqlCommand paths = new("UPDATE adapters SET path = $1 || '/' || name", connection);
        paths.Parameters.Add(new NpgsqlParameter { Value = Path.Combine(storage.Folder, "adapters") });
        await paths.ExecuteNonQueryAsync(ct);
    }

    private static async Task RunAsync(string program, string connectionString, string[] arguments, CancellationToken ct)
    {
        NpgsqlConnectionStringBuilder server = new(connectionString);
        ProcessStartInfo start = new(PostgresPrograms.ClientProgram(program), arguments) { RedirectStandardError = true };
        start.Environment["PGHOST"] = server.Host;
        start.Environment["PGPORT"] = server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        start.Environment["PGUSER"] = server.Username;
        start.Environment["PGPASSWORD"] = server.Password;
        start.Environment["PGDATABASE"] = server.Database;
        using Process process = Process.Start(start)!;
        string error = await process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0) throw new IOException($"{program} failed with exit code {process.ExitCode}: {error.Trim()}");
    }

    private static async Task SaveArtifactsAsync(IArtifactStore artifacts, string folder, CancellationToken ct)
    {
        Directory.CreateDirectory(folder);
        await Parallel.ForEachAsync(artifacts.ListAsync(DateTime.MaxValue, ct), AtOnce(ct), async (artifact, token) =>
        {
            try
            {
                await artifacts.CopyToAsync(artifact.Sha256, Path.Combine(folder, ContentFile.RelativePath(artifact.Sha256)), once: true,
                    token);
            }
            catch (FileNotFoundException) { }       // collected since it was listed, so no row names it
        });
    }

    private static async Task RestoreArtifactsAsync(string folder, IArtifactStore artifacts, CancellationToken ct)
    {
        if (!Directory.Exists(folder)) return;
        await Parallel.ForEachAsync(Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories), AtOnce(ct), async (file, token) =>
        {
            if (ContentFile.HashOf(Path.GetRelativePath(folder, file)) is not { } sha256) return;
            await using FileStream content = ContentFile.Open(file);
            if ((await artifacts.PutAsync(content, token)).Sha256 != sha256)
                throw new DamagedArtifactException(
                    $"{file}: damaged, its bytes do not have the hash of its name; restore from another backup");
        });
    }

    private static ParallelOptions AtOnce(CancellationToken ct) => new() { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = ct };

    private static void CopyFolder(string from, string to, CancellationToken ct)
    {
        if (!Directory.Exists(from)) return;
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            ct.ThrowIfCancellationRequested();
            string relative = Path.GetRelativePath(from, file);
            if (relative.Contains(".tmp", StringComparison.Ordinal)) continue;
            string target = Path.Combine(to, relative);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target, overwrite: true);
        }
    }
}
