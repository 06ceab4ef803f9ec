using System.Text.Json;

namespace Pipeline.Jobs.Train;

/// <summary>What to train.</summary>
/// <param name="RunId">The run it is for.</param>
/// <param name="BaseModel">Model folder.</param>
/// <param name="DatasetFolder">Folder with <c>dataset_info.json</c>.</param>
/// <param name="TrainSet">Name of the examples to learn.</param>
/// <param name="EvalSet">Name of the held-out examples, or null when there are none.</param>
/// <param name="OutputFolder">Folder of the adapter and its checkpoints.</param>
/// <param name="Settings">LLaMA-Factory names and values.</param>
internal sealed record TrainingOrder(
    Guid RunId, string BaseModel, string DatasetFolder, string TrainSet, string? EvalSet, string OutputFolder, IReadOnlyDictionary<string, JsonElement> Settings);
