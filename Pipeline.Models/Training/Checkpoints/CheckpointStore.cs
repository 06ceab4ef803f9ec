using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Pipeline.Models.Files;

namespace Pipeline.Models.Training.Checkpoints;

/// <summary>
/// The checkpoints of a training run, <c>checkpoint-N</c> in its output folder. One is written under a temporary name, flushed
/// to disk, sealed by a manifest with the hash of each file, and renamed: a kill at any moment leaves the earlier ones valid,
/// including one of the same step.
/// </summary>
/// <param name="outputDir">Folder that holds the checkpoints.</param>
/// <param name="limit">Checkpoints to keep; null for all.</param>
/// <param name="warn">Called with a message about each damaged checkpoint.</param>
internal sealed class CheckpointStore(string outputDir, int? limit, Action<string> warn)
{
    private const string TemporaryPrefix = ".checkpoint-";   // half written or half deleted
    private const string AsidePrefix = ".replaced-checkpoint-";
    internal const string ManifestFile = "manifest.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Steps of all checkpoints, newest first, intact or not.</summary>
    public IReadOnlyList<int> Steps => [.. CheckpointFolders.All(outputDir).Select(c => c.Step).OrderDescending()];

    public string FolderOf(int step) => CheckpointFolders.Of(outputDir, step);

    /// <summary>Writes one checkpoint and deletes the oldest beyond the limit.</summary>
    /// <param name="step">Steps completed.</param>
    /// <param name="writeFiles">Writes the checkpoint's files into an existing folder.</param>
    /// <param name="kept">Steps whose checkpoints stay regardless of age, like the one just written; all count towards the limit.</param>
    /// <exception cref="IOException">It could not be written; the earlier ones are unchanged.</exception>
    public void Save(int step, Action<string> writeFiles, params IReadOnlyList<int> kept)
    {
        string temporary = TemporaryFolder();
        try
        {
            Directory.CreateDirectory(temporary);
            writeFiles(temporary);
            Seal(temporary);
            PutInPlace(temporary, step);
        }
        finally
        {
            if (Directory.Exists(temporary))
                Directory.Delete(temporary, recursive: true);
        }
        // Old ones are deleted only now that the new one is safe. Those of later steps go first: they were damaged or abandoned.
        int[] all = [.. Steps], others = [.. all.Except([step, .. kept]).OrderBy(s => s > step)];
        foreach (int old in others.Skip(Math.Max(0, (limit ?? int.MaxValue) - (all.Length - others.Length))))
            Remove(FolderOf(old));
    }

    /// <summary>The newest checkpoint whose files are all intact; damaged ones are skipped with a warning.</summary>
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

    /// <summary>Deletes every checkpoint.</summary>
    public void Clear()
    {
        foreach (int step in Steps)
            Remove(FolderOf(step));
    }

    /// <summary>Repairs what a kill left: restores a checkpoint that was being replaced and deletes half-written ones.</summary>
    public void Recover()
    {
        foreach (string aside in Folders(AsidePrefix))
        {
            string place = FolderOf(StepOf(aside, AsidePrefix));
            if (Directory.Exists(place))
                Remove(aside);
            else
                Directory.Move(aside, place);
        }
        foreach (string leftover in Folders(TemporaryPrefix))
            Directory.Delete(leftover, recursive: true);
    }

    /// <summary>What is wrong with a checkpoint folder, or null.</summary>
    public static string? FindDamage(string folder)
    {
        if (!Directory.Exists(folder))
            return "there is no such folder";
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
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"it cannot be read ({e.Message})";
        }
    }

    // A rename never replaces a folder that holds files, so an earlier checkpoint of the step is moved aside until the new one
    // is in place. Recover repairs a kill between the two renames.
    private void PutInPlace(string temporary, int step)
    {
        string place = FolderOf(step), aside = Path.Combine(outputDir, AsidePrefix + Text(step));
        bool replaces = Directory.Exists(place);
        if (replaces)
            Directory.Move(place, aside);
        try
        {
            Directory.Move(temporary, place);
        }
        catch when (replaces)
        {
            Directory.Move(aside, place);
            throw;
        }
        DurableFiles.FlushFolder(outputDir);
        if (replaces)
            Remove(aside);
    }

    // Renamed first: a kill halfway through leaves no torn checkpoint.
    private void Remove(string folder)
    {
        string temporary = TemporaryFolder();
        Directory.Move(folder, temporary);
        Directory.Delete(temporary, recursive: true);
    }

    private string TemporaryFolder() => Path.Combine(outputDir, TemporaryPrefix + Guid.NewGuid().ToString("N"));

    private string[] Folders(string prefix) => Directory.Exists(outputDir) ? Directory.GetDirectories(outputDir, prefix + "*") : [];

    private static void Seal(string folder)
    {
        SortedDictionary<string, string> hashes = new(StringComparer.Ordinal);
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

    private static string Text(int step) => step.ToString(CultureInfo.InvariantCulture);

    private static int StepOf(string folder, string prefix) =>
        int.TryParse(Path.GetFileName(folder).AsSpan(prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int step)
        ? step : 0;
}
