using System.Globalization;

namespace Pipeline.Models.Training.Checkpoints;

/// <summary>The <c>checkpoint-N</c> folders in the output folder of a training run; transformers uses the same names.</summary>
public static class CheckpointFolders
{
    private const string Prefix = "checkpoint-";

    /// <summary>Step and folder of every checkpoint, complete or not; empty when the output folder is missing.</summary>
    public static IEnumerable<(int Step, string Folder)> All(string outputDir) => !Directory.Exists(outputDir) ? [] :
        from folder in Directory.GetDirectories(outputDir, Prefix + "*")
        let step = int.TryParse(Path.GetFileName(folder).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture,
            out int number) ? number : 0
        where step > 0
        select (step, folder);

    /// <summary>The checkpoint folder of a step.</summary>
    public static string Of(string outputDir, int step) => Path.Combine(outputDir, Prefix + step.ToString(CultureInfo.InvariantCulture));

    /// <summary>Whether a path relative to the output folder belongs to a checkpoint.</summary>
    public static bool Holds(string relativePath) => relativePath.StartsWith(Prefix, StringComparison.Ordinal);
}
