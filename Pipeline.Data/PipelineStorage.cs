using Pipeline.Data.Artifacts;
using Pipeline.Data.Artifacts.S3;
using Pipeline.Data.Postgres;

namespace Pipeline.Data;

/// <summary>
/// The opened storage of a process: a migrated database and the data folder. Opened before the host is built, disposed after it.
/// </summary>
public sealed class PipelineStorage : IAsyncDisposable
{
    private readonly PrivateCluster? _cluster;

    private PipelineStorage(string folder, string connectionString, PrivateCluster? cluster, IArtifactStore artifacts)
    {
        Folder = folder;
        ConnectionString = connectionString;
        _cluster = cluster;
        Artifacts = artifacts;
    }

    /// <summary>Absolute data folder.</summary>
    public string Folder { get; }
    /// <summary>Connection string of the migrated database. Secret.</summary>
    public string ConnectionString { get; }
    /// <summary>The artifact store.</summary>
    public IArtifactStore Artifacts { get; }

    /// <summary>
    /// Whether workers that share the artifacts also share the folders of work in progress: a folder store is in the same data folder.
    /// </summary>
    public bool SharesWork => Artifacts is FileArtifactStore;

    /// <summary>Folder for work in progress of one run: checkpoints and files to hand to models. Not an artifact; may be lost.</summary>
    public string WorkFolder(Guid runId) => Path.Combine(Folder, "work", runId.ToString("N"));

    /// <summary>
    /// Opens the artifact store and the server named by the options, or the private cluster of the data folder, and migrates the database.
    /// </summary>
    /// <param name="options">Where they are.</param>
    /// <param name="ct">Stops waiting.</param>
    /// <param name="timeout">
    /// How long to retry a server or storage that does not answer, as it may be starting too. No retry by default.
    /// </param>
    /// <param name="onTrouble">Called each time it does not answer.</param>
    /// <exception cref="PostgresMissingException">A private cluster is needed but Postgres is not installed.</exception>
    /// <exception cref="SchemaTooNewException">A newer version of this program has used the database.</exception>
    /// <exception cref="ArtifactStoreException">The artifact store cannot be used.</exception>
    public static async Task<PipelineStorage> OpenAsync(
        DataOptions options, CancellationToken ct = default, TimeSpan timeout = default, Action<int, Exception>? onTrouble = null)
    {
        string folder = Path.GetFullPath(options.Folder);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (IOException e) when (StorageFullException.IsNoSpace(e))
        {
            throw StorageFullException.For(Path.GetDirectoryName(folder)!, e);
        }
        using CancellationTokenSource asked = CancellationTokenSource.CreateLinkedTokenSource(ct);
        asked.CancelAfter(timeout);
        IArtifactStore artifacts = options.Artifacts.Store == ArtifactStoreKind.S3
            ? await Transience.UntilAnsweredAsync(() => S3ArtifactStore.OpenAsync(folder, options.Artifacts.S3, ct), onTrouble, asked.Token)
            : new FileArtifactStore(folder);
        PrivateCluster? cluster = null;
        try
        {
            if (string.IsNullOrWhiteSpace(options.ConnectionString)) cluster =
                await PrivateCluster.StartAsync(Path.Combine(folder, "postgres"), ct: ct);
            string connectionString = cluster?.ConnectionString("pipeline") ?? options.ConnectionString!;
            await Transience.UntilAnsweredAsync(
                async () =>
                {
                    await SchemaMigrator.MigrateAsync(connectionString, ct);
                    return true;
                },
                onTrouble, asked.Token);
            return new PipelineStorage(folder, connectionString, cluster, artifacts);
        }
        catch
        {
            if (cluster is not null) await cluster.DisposeAsync();
            (artifacts as IDisposable)?.Dispose();
            throw;
        }
    }

    /// <summary>Writes database and artifacts to a folder that must not exist yet. Work may continue meanwhile.</summary>
    /// <exception cref="IOException">The folder exists, or cannot be written.</exception>
    /// <exception cref="PostgresMissingException">There is no <c>pg_dump</c> of the server's version.</exception>
    public Task BackUpAsync(string target, CancellationToken ct) => Backup.WriteAsync(this, target, ct);

    /// <summary>Leaves the private cluster, if any; the last process to leave stops it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        (Artifacts as IDisposable)?.Dispose();
    }
}
