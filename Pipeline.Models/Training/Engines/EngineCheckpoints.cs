using System.Globalization;
using System.Text.Json.Nodes;
using Pipeline.Models.Lora;
using Pipeline.Models.Training.Checkpoints;
using Pipeline.Models.Training.Outputs;
using Pipeline.Models.Weights;

namespace Pipeline.Models.Training.Engines;

/// <summary>The <c>checkpoint-N</c> folders of a training by another program, in the layout of transformers.</summary>
public static class EngineCheckpoints
{
    /// <summary>Steps of the checkpoints that were written to their end, oldest first.</summary>
    public static IReadOnlyList<int> Steps(string outputDir) =>
        [.. CheckpointFolders.All(outputDir).Where(c => File.Exists(Path.Combine(c.Folder, TrainingLog.StateFile))
        && File.Exists(Path.Combine(c.Folder, AdapterFolder.WeightsFile))).Select(c => c.Step).Order()];

    /// <summary>The newest checkpoint that a training can go on from; damaged ones are passed over with a warning.</summary>
    /// <returns>Its step and folder, or null.</returns>
    public static (int Step, string Folder)? FindNewest(string outputDir, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(warn);
        foreach ((int step, string folder) in CheckpointFolders.All(outputDir).OrderByDescending(c => c.Step))
        {
            if (FindDamage(step, folder) is not { } damage)
                return (step, folder);
            warn($"{folder}: {damage}; an older checkpoint is used");
        }
        return null;
    }

    private static string? FindDamage(int step, string folder)
    {
        if (File.Exists(Path.Combine(folder, CheckpointStore.ManifestFile)))
            return CheckpointStore.FindDamage(folder); // one of this product's own
        try
        {
            // Written last.
            string state = Path.Combine(folder, TrainingLog.StateFile);
            if (!File.Exists(state))
                return $"it has no {TrainingLog.StateFile}, so it was not written to its end";
            if (TrainerLogEntry.ParseObject(File.ReadAllText(state))?["global_step"] is not JsonValue done
                || done.ToJsonString() != step.ToString(CultureInfo.InvariantCulture))
                return $"its {TrainingLog.StateFile} is not that of step {step}";
            if (!File.Exists(Path.Combine(folder, AdapterFolder.WeightsFile)))
                return $"it has no {AdapterFolder.WeightsFile}";
            foreach (string file in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            {
                if (new FileInfo(file).Length == 0 && Path.GetExtension(file) is ".pt" or ".pth" or ".bin" or ".safetensors")
                    return $"{Path.GetFileName(file)} is empty";
                if (file.EndsWith(".safetensors", StringComparison.Ordinal))
                    SafetensorsCheckpoint.OpenFile(file).Dispose();
            }
            return null;
        }
        catch (Exception e) when (e is InputException or IOException or UnauthorizedAccessException)
        {
            return $"it cannot be read ({e.Message})";
        }
    }
}
