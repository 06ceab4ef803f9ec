using System.Runtime.CompilerServices;

namespace Pipeline.Data.Artifacts.S3;

/// <summary>
/// Artifacts as objects of a bucket, with local copies of bounded size in the data folder. Every download is checked against its hash.
/// </summary>
public sealed class S3ArtifactStore : IArtifactStore, IDisposable
{
    /// <summary>An object older than this gets today's date when it is stored again, and is protected for that much longer.</summary>
    internal static readonly TimeSpan RenewAfter = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim[] _turns = Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1)).ToArray();
    private readonly S3Bucket _bucket;
    private readonly S3Upload _upload;
    private readonly S3Download _download;
    private readonly ArtifactCache _cache;
    private readonly string _folder;

    private S3ArtifactStore(string dataFolder, S3Options options)
    {
        (_bucket, _folder) = (new S3Bucket(options), dataFolder);
        (_upload, _download) = (new S3Upload(_bucket), new S3Download(_bucket));
        _cache = new ArtifactCache(dataFolder, (long)options.CacheMegabytes << 20);
    }

    /// <summary>Opens the store of a bucket.</summary>
    /// <param name="dataFolder">Folder for local copies, in <c>cache</c>.</param>
    /// <param name="options">The bucket.</param>
    /// <param name="ct">Stops.</param>
    /// <exception cref="ArtifactSettingsException">Bucket or credentials cannot be used.</exception>
    /// <exception cref="ArtifactStoreException">The storage does not answer.</exception>
    public static async Task<S3ArtifactStore> OpenAsync(string dataFolder, S3Options options, CancellationToken ct = default)
    {
        S3ArtifactStore store = new(dataFolder, options);
        try
        {
            await store._bucket.CheckAsync(ct);
            return store;
        }
        catch
        {
            store.Dispose();
            throw;
        }
    }

    /// <inheritdoc />
    public Task<StoredArtifact> PutAsync(Stream content, CancellationToken ct = default) => WithFileAsync(async file =>
    {
        StoredArtifact artifact = await ContentFile.WriteAsync(content, file, ct);     // its name is known once all of it is written
        (long Bytes, DateTime WrittenAt)? present = await _bucket.FindAsync(artifact.Sha256, ct);
        bool whole = present?.Bytes == artifact.Bytes;
        bool fresh = whole && (DateTime.UtcNow - present!.Value.WrittenAt < RenewAfter || await _bucket.TouchAsync(artifact.Sha256, ct));
        if (!fresh) await _upload.SendAsync(artifact, file, replace: present is not null, ct);
        _cache.Keep(file, artifact);
        return artifact;
    });

    /// <inheritdoc />
    public async Task<Stream> OpenReadAsync(string sha256, CancellationToken ct = default)
    {
        if (_cache.TryOpen(sha256) is { } copy) return copy;
        // When several callers of this process want the same artifact, one downloads it.
        SemaphoreSlim turn = _turns[Convert.ToByte(sha256[..2], 16) % _turns.Length];
        await turn.WaitAsync(ct);
        try
        {
            return _cache.TryOpen(sha256) ?? await WithFileAsync(async file =>
            {
                StoredArtifact artifact = await _download.ReceiveAsync(sha256, file, ct);
                FileStream opened = ContentFile.Open(file);       // open it now: as a copy, or when too large for one, it may be removed
                _cache.Keep(file, artifact);
                return opened;
            });
        }
        finally
        {
            turn.Release();
        }
    }

    /// <inheritdoc />
    public async Task<bool> ExistsAsync(string sha256, CancellationToken ct = default) => await _bucket.FindAsync(sha256, ct) is not null;

    /// <inheritdoc />
    public async Task CopyToAsync(string sha256, string path, bool once = false, CancellationToken ct = default)
    {
        if ((once ? _cache.TryOpen(sha256) : await OpenReadAsync(sha256, ct)) is { } copy) await ContentFile.CopyAsync(copy, path, ct);
        else await ContentFile.ReplaceAsync(path, temporary => _download.ReceiveAsync(sha256, temporary, ct));
    }

    /// <inheritdoc />
    public async IAsyncEnumerable<StoredArtifact> ListAsync(DateTime unwantedSince, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach ((StoredArtifact artifact, DateTime writtenAt) in _bucket.ListAsync(ct))
            if (writtenAt < unwantedSince - RenewAfter) yield return artifact;
    }

    /// <inheritdoc />
    public async Task<bool> DeleteAsync(string sha256, DateTime unwantedSince, CancellationToken ct = default)
    {
        if (await _bucket.FindAsync(sha256, ct) is { } present)
        {
            if (present.WrittenAt >= unwantedSince - RenewAfter) return false;
            await _bucket.DeleteAsync(sha256, ct);
        }
        _cache.Drop(sha256);
        return true;
    }

    /// <inheritdoc />
    public async Task<int> DropLeftoversAsync(DateTime before, CancellationToken ct = default)
    {
        _cache.Trim();
        return _cache.DropLeftovers(before) + await _bucket.AbortUploadsAsync(before, ct);
    }

    /// <inheritdoc />
    public void Dispose() => _bucket.Dispose();

    private async Task<T> WithFileAsync<T>(Func<string, Task<T>> use)
    {
        string file = _cache.NewFile();
        try
        {
            return await use(file);
        }
        catch (IOException e) when (StorageFullException.IsNoSpace(e))
        {
            throw StorageFullException.For(_folder, e);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
