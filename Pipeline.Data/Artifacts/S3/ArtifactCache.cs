namespace Pipeline.Data.Artifacts.S3;

/// <summary>
/// Local copies of artifacts, <c>cache/objects/ab/cdef…</c> below the data folder, of bounded size; the ones unused longest go first.
/// Processes that share the folder share the copies. A removed copy stays readable for processes that have it open.
/// </summary>
internal sealed class ArtifactCache
{
    private static readonly TimeSpan TouchAfter = TimeSpan.FromMinutes(1);
    private readonly string _objects;
    private readonly string _incoming;
    private readonly long _limit;
    private readonly Lock _trimming = new();
    private long _addedSinceTrim;

    public ArtifactCache(string dataFolder, long limit)
    {
        string folder = Path.Combine(Path.GetFullPath(dataFolder), "cache");
        (_objects, _incoming, _limit) = (Path.Combine(folder, "objects"), Path.Combine(folder, "incoming"), limit);
        Directory.CreateDirectory(_objects);
        Directory.CreateDirectory(_incoming);
    }

    /// <summary>A path for a file that will become a copy.</summary>
    public string NewFile() => Path.Combine(_incoming, Guid.NewGuid().ToString("N"));

    /// <summary>Opens the copy, if there is one.</summary>
    public FileStream? TryOpen(string sha256)
    {
        string path = PathOf(sha256);
        try
        {
            if (!File.Exists(path)) return null;
            FileStream copy = ContentFile.Open(path);
            if (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > TouchAfter) File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
            return copy;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;        // trimmed in the meantime
        }
    }

    /// <summary>Turns a complete file into the copy by renaming it; leaves it in place if it would take most of the space.</summary>
    public void Keep(string file, StoredArtifact artifact)
    {
        if (artifact.Bytes > _limit / 2) return;
        string path = PathOf(artifact.Sha256);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(file, path, overwrite: true);
        // Each process counts what it adds itself, so together they can exceed the limit by a tenth each.
        if (Interlocked.Add(ref _addedSinceTrim, artifact.Bytes) > _limit / 10) Trim();
    }

    public void Drop(string sha256)
    {
        string path = PathOf(sha256);
        if (File.Exists(path)) File.Delete(path);
    }

    /// <summary>Removes copies until they are well within the limit.</summary>
    public void Trim()
    {
        if (!_trimming.TryEnter()) return;
        try
        {
            Interlocked.Exchange(ref _addedSinceTrim, 0);
            (string Path, long Bytes, DateTime Used)[] copies = new DirectoryInfo(_objects).EnumerateFiles("*", SearchOption.AllDirectories)
                .Select(f => (f.FullName, f.Exists ? f.Length : 0, f.LastWriteTimeUtc)).ToArray();
            long total = copies.Sum(c => c.Bytes);
            if (total <= _limit) return;
            foreach ((string path, long bytes, _) in copies.OrderBy(c => c.Used))
            {
                if (total <= _limit * 9 / 10) break;
                File.Delete(path);
                total -= bytes;
            }
        }
        finally
        {
            _trimming.Exit();
        }
    }

    /// <summary>Removes unfinished files of processes that died.</summary>
    public int DropLeftovers(DateTime before) => FileArtifactStore.DropOld(_incoming, before);

    private string PathOf(string sha256) => Path.Combine(_objects, ContentFile.RelativePath(sha256));
}
