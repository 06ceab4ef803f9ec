using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models.Lora;
using Pipeline.Models.Training.Optimization;
using Pipeline.Models.Training.Outputs;
using Pipeline.Models.Weights;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Checkpoints;

/// <summary>
/// The files of one checkpoint: the adapter in PEFT's layout, the optimizer's moments, the logs so far, and the rest of
/// the loop's state. Only the logs grow with the number of steps.
/// </summary>
internal static class Checkpoint
{
    public const string OptimizerFile = "optimizer.safetensors";
    public const string StateFile = "training_progress.json";
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <param name="folder">Existing folder.</param>
    /// <param name="adapter">The adapter.</param>
    /// <param name="baseModel">Name or path of its base model.</param>
    /// <param name="optimizer">Null for a checkpoint that training cannot resume from.</param>
    /// <param name="state">Position and logs.</param>
    /// <param name="trainerState">Text of <c>trainer_state.json</c>.</param>
    public static void Write(string folder, LoraAdapter adapter, string baseModel, AdamW? optimizer, TrainerState state,
        string trainerState)
    {
        AdapterFolder.Save(folder, adapter, baseModel);
        if (optimizer is not null)
            SafetensorsWriter.Write(Path.Combine(folder, OptimizerFile), optimizer.State);
        File.WriteAllText(Path.Combine(folder, TrainingLog.StateFile), trainerState);
        File.WriteAllLines(Path.Combine(folder, TrainingLog.LinesFile), state.LogLines);
        File.WriteAllText(Path.Combine(folder, StateFile), JsonSerializer.Serialize(state, Indented));
    }

    /// <summary>The state of a checkpoint, if the training run with that fingerprint may resume from it.</summary>
    /// <exception cref="InputException">It holds no optimizer, or belongs to another configuration; the message names the keys.</exception>
    public static TrainerState ReadState(string folder, IReadOnlyDictionary<string, string> fingerprint)
    {
        if (new[] { OptimizerFile, StateFile, TrainingLog.StateFile, TrainingLog.LinesFile }.Any(file =>
            !File.Exists(Path.Combine(folder, file))))
            throw new InputException(
                $"{folder}: holds no optimizer state to go on from (save_only_model); start anew with overwrite_output_dir: true");
        TrainerState state = JsonSerializer.Deserialize<TrainerState>(File.ReadAllText(Path.Combine(folder, StateFile)))
            ?? throw new InputException($"{folder}: {StateFile} is empty");
        string[] differences = [.. fingerprint.Keys.Union(state.Fingerprint.Keys)
            .Where(key => fingerprint.GetValueOrDefault(key) != state.Fingerprint.GetValueOrDefault(key))
            .Select(key =>
                $"{key} was {state.Fingerprint.GetValueOrDefault(key) ?? "not set"} and is "
                + $"{fingerprint.GetValueOrDefault(key) ?? "not set"}")];
        if (differences.Length > 0)
            throw new InputException($"{folder}: the checkpoint is of another configuration: {string.Join("; ", differences)}."
                + " Put the old values back, use another output_dir, or start anew with overwrite_output_dir: true");
        JsonNode logs = JsonNode.Parse(File.ReadAllText(Path.Combine(folder, TrainingLog.StateFile)))!;
        state.History.AddRange(logs["log_history"]!.AsArray().Select(entry => entry!.DeepClone().AsObject()));
        state.LogLines.AddRange(File.ReadAllLines(Path.Combine(folder, TrainingLog.LinesFile)));
        return state;
    }

    /// <summary>Restores the adapter's weights and the optimizer's moments.</summary>
    public static void ReadTensors(string folder, LoraAdapter adapter, AdamW optimizer, int step)
    {
        ReadAdapter(folder, adapter);
        using IDisposable noGrad = no_grad();
        using (SafetensorsCheckpoint moments = SafetensorsCheckpoint.OpenFile(Path.Combine(folder, OptimizerFile)))
            WeightLoader.Load(optimizer.State, moments);
        optimizer.Steps = step;
    }

    /// <summary>Restores the adapter's weights.</summary>
    public static void ReadAdapter(string folder, LoraAdapter adapter)
    {
        using IDisposable noGrad = no_grad();
        using SafetensorsCheckpoint weights = SafetensorsCheckpoint.OpenFile(Path.Combine(folder, AdapterFolder.WeightsFile));
        WeightLoader.Load(adapter.NamedTensors(), weights);
    }
}
