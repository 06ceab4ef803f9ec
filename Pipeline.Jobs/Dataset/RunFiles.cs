using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Mix;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset;

/// <summary>
/// The user's own files of a run. They lie in its folder: whoever starts a run may have that folder read, and nothing else of the server.
/// </summary>
internal static class RunFiles
{
    /// <summary>What is wrong with the names; whether the files exist is known when the folder is.</summary>
    public static IEnumerable<SettingFault> NameFaults(RunOptions options)
    {
        foreach ((string path, int i) in options.Dataset.Files.Select((file, i) => (file.Path, i)))
            if (Fault(path) is { } fault) yield return new SettingFault($"{Name(o => o.Dataset.Files)}[{i}].path", fault);
        foreach ((string path, int i) in options.Dataset.Exclude.Select((path, i) => (path, i)))
            if (Fault(path) is { } fault) yield return new SettingFault($"{Name(o => o.Dataset.Exclude)}[{i}]", fault);
    }

    /// <summary>What keeps the files of a run with this folder from being read.</summary>
    /// <param name="folder">Folder of the run; null for uploads.</param>
    /// <param name="options">Settings.</param>
    public static IEnumerable<SettingFault> Faults(string? folder, RunOptions options)
    {
        foreach ((string path, string setting) in options.Dataset.Files
            .Select((file, i) => (file.Path, $"{Name(o => o.Dataset.Files)}[{i}].path"))
            .Concat(options.Dataset.Exclude.Select((path, i) => (path, $"{Name(o => o.Dataset.Exclude)}[{i}]"))))
        {
            if (folder is null) yield return new SettingFault(setting, "an uploaded run has no folder; take it out, or run a folder");
            else if (Fault(path) is null && !File.Exists(Path.Combine(folder, path)) && !Directory.Exists(Path.Combine(folder, path)))
                yield return new SettingFault(setting, $"{path}: not found in {folder}");
        }
    }

    /// <summary>The user's rows by file, and rows that cannot be used.</summary>
    public static Task<(IReadOnlyList<MixSource> Sources, IReadOnlyList<SkippedRow> Skipped)> ReadAsync(Run run, RunOptions options,
        Func<string, string> languageOf, CancellationToken ct) => DatasetMix.ReadFilesAsync(new MixOptions
        {
            Files = [.. options.Dataset.Files.Select(file => file with { Path = Resolve(run, file.Path) })],
        }, languageOf, ct);

    /// <summary>Everything that the files say that must not be trained on.</summary>
    public static async Task<IReadOnlyList<string>> ReadExcludedAsync(Run run, RunOptions options, CancellationToken ct)
    {
        List<string> texts = [];
        foreach (string path in options.Dataset.Exclude)
        {
            ImportedRows rows = await DatasetImport.ReadAsync(Resolve(run, path), new ImportOptions(), ct);
            texts.AddRange(rows.Rows.SelectMany(row => row.Text is { } text ? [text] : row.Messages.Select(message => message.Content)));
        }
        return texts;
    }

    private static string Resolve(Run run, string path) => run.SourceFolder is { } folder
        ? Path.GetFullPath(Path.Combine(folder, path))
        : throw new InputException($"{path}: an uploaded run has no folder to read it from");

    private static string? Fault(string path)
    {
        if (path.Length == 0) return "is empty; name a file in the folder of the run";
        bool inside = !Path.IsPathRooted(path) && !path.Contains('\0')
            && Path.GetFullPath(Path.Combine("/folder", path)).StartsWith("/folder/", StringComparison.Ordinal);
        return inside ? null : $"{path}: must lie in the folder of the run; copy it there and give its name";
    }

    private static string Name(System.Linq.Expressions.Expression<Func<RunOptions, object?>> setting) => RunOptionsSchema.NameOf(setting);
}
