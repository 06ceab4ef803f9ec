using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;

namespace Pipeline.Models.Training;

/// <summary>
/// The checkpoints of a training, <c>checkpoint-N</c> in its output folder. One is written under a temporary name, flushed
/// to disk, sealed by a manifest with the hash of each file, and renamed: a kill at any moment leaves the earlier ones valid.
/// </summary>
internal sealed class CheckpointStore(string outputDir, int? limit, Action<string> warn)
{
    private const string Prefix = "checkpoint-";
    private const string TemporaryPrefix = ".checkpoint-";
    internal const string ManifestFile = "manifest.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Steps of all checkpoints, newest first, whether sound or not.</summary>
    public IReadOnlyList<int> Steps => !Directory.Exists(outputDir) ? [] :
        [.. Directory.EnumerateDirectories(outputDir, Prefix + "*").Select(StepOf).Where(step => step > 0).OrderDescending()];

    public string FolderOf(int step) => Path.Combine(outputDir, Prefix + step.ToString(CultureInfo.InvariantCulture));

    /// <summary>Writes one checkpoint and deletes the oldest beyond the limit.</summary>
    public void Save(int step, Action<string> writeFiles)
    {
        string temporary = Path.Combine(outputDir, TemporaryPrefix + Guid.NewGuid().ToString("N"));
        string final = FolderOf(step);
        try
        {
            Directory.CreateDirectory(temporary);
            writeFiles(temporary);
            Seal(temporary);
            if (Directory.Exists(final))
                Directory.Delete(final, recursive: true);
            Directory.Move(temporary, final);
            DurableFiles.FlushFolder(outputDir);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
        // Only now that the new one is safe may old ones go.
        foreach (int old in Steps.Skip(limit ?? int.MaxValue))
            Directory.Delete(FolderOf(old), recursive: true);
    }

    /// <summary>The newest checkpoint whose files are all as they were written; damaged ones are passed over with a warning.</summary>
    public string? FindNewest()
    {
        foreach (int step in Steps)
        {
            string? damage = FindDamage(FolderOf(step));
            if (damage is null)
                return FolderOf(step);
            warn($"{FolderOf(step)}: {damage}; an older checkpoint is used");
        }
        return null;
    }

    /// <summary>Deletes every checkpoint, and what a kill left half written.</summary>
    public void Clear()
    {
        foreach (int step in Steps)
            Directory.Delete(FolderOf(step), recursive: true);
        ClearLeftovers();
    }

    /// <summary>Deletes what a kill left half written.</summary>
    public void ClearLeftovers()
    {
        foreach (string leftover in Directory.Exists(outputDir) ? Directory.EnumerateDirectories(outputDir, TemporaryPrefix + "*") : [])
            Directory.Delete(leftover, recursive: true);
    }

    /// <summary>What is wrong with a checkpoint folder, or null.</summary>
    public static string? FindDamage(string folder)
    {
        string manifest = Path.Combine(folder, ManifestFile);
        if (!File.Exists(manifest))
            return "it has no manifest, so it was not written to its end";
        try
        {
            Dictionary<string, string> hashes = JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(manifest)) ?? [];
            foreach ((string name, string hash) in hashes)
            {
                string path = Path.Combine(folder, name);
                if (!File.Exists(path))
                    return $"{name} is missing";
                if (HashOf(path) != hash)
                    return $"{name} is damaged (its hash is not the manifest's)";
            }
            return hashes.Count == 0 ? "its manifest names no file" : null;
        }
        catch (JsonException)
        {
            return "its manifest is damaged";
        }
    }

    private static void Seal(string folder)
    {
        var hashes = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string path in Directory.EnumerateFiles(folder))
        {
            DurableFiles.FlushFile(path);
            hashes.Add(Path.GetFileName(path), HashOf(path));
        }
        string manifest = Path.Combine(folder, ManifestFile);
        File.WriteAllText(manifest, JsonSerializer.Serialize(hashes, Indented));
        DurableFiles.FlushFile(manifest);
        DurableFiles.FlushFolder(folder);
    }

    private static string HashOf(string path)
    {
        using FileStream file = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    private static int StepOf(string folder) =>
        int.TryParse(Path.GetFileName(folder).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int step) ? step : 0;
}
