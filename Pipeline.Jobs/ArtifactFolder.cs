using System.Collections.Concurrent;
using Pipeline.Data.Artifacts;

namespace Pipeline.Jobs;

/// <summary>Whole folders to and from the artifact store.</summary>
internal static class ArtifactFolder
{
    private const int FilesAtOnce = 4;

    /// <summary>Stores every file below a folder.</summary>
    /// <returns>Relative path with forward slashes to what was stored, in ordinal order.</returns>
    public static async Task<SortedDictionary<string,
        StoredArtifact>> StoreFolderAsync(this IArtifactStore artifacts, string folder, Func<string, bool> wanted, CancellationToken ct)
    {
        ConcurrentDictionary<string, StoredArtifact> stored = new(StringComparer.Ordinal);
        string[] paths = Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Where(wanted).ToArray();
        await Parallel.ForEachAsync(paths, AtOnce(ct), async (path, token) =>
        {
            await using FileStream file = new(Path.Combine(folder, path), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16,
                FileOptions.Asynchronous | FileOptions.SequentialScan);
            stored[path] = await artifacts.PutAsync(file, token);
        });
        return new SortedDictionary<string, StoredArtifact>(stored, StringComparer.Ordinal);
    }

    /// <summary>Writes files of the store into a folder, which may already hold some of them.</summary>
    public static async Task RestoreFolderAsync(this IArtifactStore artifacts, IReadOnlyDictionary<string, string> files, string folder,
        CancellationToken ct)
    {
        await Parallel.ForEachAsync(files, AtOnce(ct), async (file, token) =>
        {
            string target = Path.GetFullPath(Path.Combine(folder, file.Key));
            if (!target.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new InvalidDataException($"'{file.Key}' leads out of its folder");
            await artifacts.CopyToAsync(file.Value, target, ct: token);
        });
    }

    /// <summary>Whether all files are still there; a cache entry is worthless without them.</summary>
    public static async Task<bool> HasAllAsync(this IArtifactStore artifacts, IReadOnlyDictionary<string, string> files,
        CancellationToken ct)
    {
        bool all = true;
        await Parallel.ForEachAsync(files.Values.Distinct(StringComparer.Ordinal), AtOnce(ct), async (sha256, token) =>
        {
            if (Volatile.Read(ref all) && !await artifacts.ExistsAsync(sha256, token)) Volatile.Write(ref all, false);
        });
        return all;
    }

    /// <summary>Relative path to hash, as stored in rows.</summary>
    public static Dictionary<string, string> Hashes(this IReadOnlyDictionary<string, StoredArtifact> stored) =>
        stored.ToDictionary(s => s.Key, s => s.Value.Sha256);

    private static ParallelOptions AtOnce(CancellationToken ct) => new() { MaxDegreeOfParallelism = FilesAtOnce, CancellationToken = ct };
}
