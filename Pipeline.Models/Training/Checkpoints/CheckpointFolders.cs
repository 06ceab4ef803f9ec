using System.Globalization;

namespace Pipeline.Models.Training.Checkpoints;

/// <summary>The folders <c>checkpoint-N</c> in the output folder of a training, as transformers names them too.</summary>
public static class CheckpointFolders
{
    private const string Prefix = "checkpoint-";

    /// <summary>Step and folder of all there are, whole or not; none when the output folder is missing.</summary>
    public static IEnumerable<(int Step, string Folder)> All(string outputDir) => !Directory.Exists(outputDir) ? [] :
        from folder in Directory.GetDirectories(outputDir, Prefix + "*")
        let step = int.TryParse(Path.GetFileName(folder).AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number : 0
        where step > 0
        select (step, folder);

    /// <summary>Where the checkpoint of a step is.</summary>
    public static string Of(string outputDir, int step) => Path.Combine(outputDir, Prefix + step.ToString(CultureInfo.InvariantCulture));

    /// <summary>Whether a path relative to the output folder belongs to a checkpoint.</summary>
    public static bool Holds(string relativePath) => relativePath.StartsWith(Prefix, StringComparison.Ordinal);
}
