using System.Runtime.CompilerServices;

namespace Pipeline.Data.Artifacts;

/// <summary>
/// Artifacts as files <c>objects/ab/cdef…</c> below the data folder: written beside, flushed to disk, renamed into place. The folder may
/// be shared by several machines: when two store the same bytes at once, either rename may win.
/// </summary>
public sealed class FileArtifactStore : IArtifactStore
{
    private readonly string _objects;
    private readonly string _incoming;

    /// <summary>Opens, or creates, the store of a data folder.</summary>
    public FileArtifactStore(string dataFolder)
    {
        _objects = Path.Combine(Path.GetFullPath(dataFolder), "objects");
        _incoming = Path.Combine(_objects, "incoming");
        Directory.CreateDirectory(_incoming);
    }

    /// <inheritdoc />
    public async Task<StoredArtifact> PutAsync(Stream content, CancellationToken ct = default)
    {
        string temporary = Path.Combine(_incoming, Guid.NewGuid().ToString("N"));
        try
        {
            StoredArtifact stored = await ContentFile.WriteAsync(content, temporary, ct);
            string target = PathOf(stored.Sha256);
            if (!Touch(target)) Place(temporary, target);
            return stored;
        }
        catch (IOException e) when (StorageFullException.IsNoSpace(e))
        {
            throw StorageFullException.For(_objects, e);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    /// <inheritdoc />
    public Task<Stream> OpenReadAsync(string sha256, CancellationToken ct = default) => Task.FromResult<Stream>(Open(sha256));

    /// <inheritdoc />
    public Task<bool> ExistsAsync(string sha256, CancellationToken ct = default) => Task.FromResult(File.Exists(PathOf(sha256)));

    /// <inheritdoc />
    public Task CopyToAsync(string sha256, string path, bool once = false, CancellationToken ct = default) =>
        ContentFile.CopyAsync(Open(sha256), path, ct);

    /// <inheritdoc />
    public async IAsyncEnumerable<StoredArtifact> ListAsync(DateTime unwantedSince, [EnumeratorCancellation] CancellationToken ct = default)
    {
        foreach (FileInfo file in new DirectoryInfo(_objects).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            ct.ThrowIfCancellationRequested();
            if (ContentFile.HashOf($"{file.Directory!.Name}/{file.Name}") is not { } sha256) continue;
            file.Refresh();
            if (file.Exists && file.LastWriteTimeUtc < unwantedSince) yield return new StoredArtifact(sha256, file.Length);
        }
        await Task.CompletedTask;
    }

    /// <inheritdoc />
    public Task<bool> DeleteAsync(string sha256, DateTime unwantedSince, CancellationToken ct = default)
    {
        FileInfo file = new(PathOf(sha256));
        if (file.Exists && file.LastWriteTimeUtc >= unwantedSince) return Task.FromResult(false);
        if (file.Directory!.Exists) file.Delete();
        return Task.FromResult(true);
    }

    /// <inheritdoc />
    public Task<int> DropLeftoversAsync(DateTime before, CancellationToken ct = default) => Task.FromResult(DropOld(_incoming, before));

    /// <summary>Removes files of a folder that have not been written since that time.</summary>
    internal static int DropOld(string folder, DateTime before)
    {
        FileInfo[] old = new DirectoryInfo(folder).EnumerateFiles().Where(f => f.LastWriteTimeUtc < before).ToArray();
        foreach (FileInfo file in old) file.Delete();
        return old.Length;
    }

    private FileStream Open(string sha256)
    {
        string path = PathOf(sha256);
        if (!File.Exists(path))
            throw new FileNotFoundException($"artifact {sha256} is not in {_objects}; was the data folder moved or cleaned?", path);
        return ContentFile.Open(path);
    }

    /// <summary>Protects an artifact from collection, even if no row names it yet.</summary>
    /// <returns>Whether it is there.</returns>
    private static bool Touch(string path)
    {
        if (!File.Exists(path)) return false;
        try
        {
            File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return true;
        }
        catch (FileNotFoundException)
        {
            return false;       // collected in the meantime
        }
    }

    private void Place(string file, string target)
    {
        string folder = Path.GetDirectoryName(target)!;
        bool isNew = !Directory.Exists(folder);
        Directory.CreateDirectory(folder);
        File.Move(file, target, overwrite: true);       // from here on the artifact exists, complete
        FileSync.Folder(folder);
        if (isNew) FileSync.Folder(_objects);
    }

    private string PathOf(string sha256) => Path.Combine(_objects, ContentFile.RelativePath(sha256));
}
