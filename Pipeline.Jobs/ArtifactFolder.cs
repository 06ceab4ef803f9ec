using System.Collections.Concurrent;
using Pipeline.Data.Artifacts;

namespace Pipeline.Jobs;

/// <summary>Whole folders to and from the artifact store.</summary>
internal static class ArtifactFolder
{
    /// <summary>Stores every file below a folder.</summary>
    /// <returns>Relative path with forward slashes to what was stored, in ordinal order.</returns>
    public static async Task<SortedDictionary<string, StoredArtifact>> StoreFolderAsync(this IArtifactStore artifacts, string folder, Func<string, bool> wanted, CancellationToken ct)
    {
        ConcurrentDictionary<string, StoredArtifact> stored = new(StringComparer.Ordinal);
        string[] paths = Directory.GetFiles(folder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(folder, f).Replace('\\', '/')).Where(wanted).ToArray();
        await Parallel.ForEachAsync(paths, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = ct }, async (path, token) =>
        {
            await using FileStream file = new(Path.Combine(folder, path), FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
            stored[path] = await artifacts.PutAsync(file, token);
        });
        return new SortedDictionary<string, StoredArtifact>(stored, StringComparer.Ordinal);
    }

    /// <summary>Writes files of the store into a folder, which may already hold some of them.</summary>
    public static async Task RestoreFolderAsync(this IArtifactStore artifacts, IReadOnlyDictionary<string, string> files, string folder, CancellationToken ct)
    {
        foreach ((string path, string sha256) in files)
        {
            string target = Path.GetFullPath(Path.Combine(folder, path));
            if (!target.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new InvalidDataException($"'{path}' leads out of its folder");
            await artifacts.CopyToAsync(sha256, target, ct);
        }
    }

    /// <summary>Whether all files are still there; a cache entry without them is none.</summary>
    public static bool HasAll(this IArtifactStore artifacts, IReadOnlyDictionary<string, string> files) => files.Values.All(artifacts.Exists);

    /// <summary>Relative path to hash, as rows hold it.</summary>
    public static Dictionary<string, string> Hashes(this IReadOnlyDictionary<string, StoredArtifact> stored) => stored.ToDictionary(s => s.Key, s => s.Value.Sha256);
}
