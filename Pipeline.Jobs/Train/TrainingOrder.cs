using Pipeline.Jobs.Dataset;
using Pipeline.Models.Datasets;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Jobs.Train;

/// <summary>What to train.</summary>
/// <param name="RunId">The run it is for.</param>
/// <param name="Settings">The run's training settings.</param>
/// <param name="BaseModel">Model folder.</param>
/// <param name="DatasetFolder">Folder with <c>dataset_info.json</c>.</param>
/// <param name="EvalSet">Name of the held-out examples, or null when there are none.</param>
/// <param name="OutputFolder">Folder of the adapter and its checkpoints.</param>
internal sealed record TrainingOrder(Guid RunId, TrainingSettings Settings, string BaseModel, string DatasetFolder, string? EvalSet,
    string OutputFolder)
{
    /// <summary>Names of the sets to train on.</summary>
    public IReadOnlyList<string> TrainSets { get; init; } = [DatasetFiles.Train];

    /// <summary>The whole training: settings, model, dataset and folders.</summary>
    public TrainingArguments Arguments => With(Settings.For(BaseModel, DatasetFolder, TrainSets, EvalSet, OutputFolder));

    /// <summary>Languages of the rows, for what the base must keep; empty where that is not known.</summary>
    public IReadOnlyList<string> Languages { get; init; } = [];

    private TrainingArguments With(TrainingArguments arguments) =>
        arguments is { Retention: not "none", RetentionDataset: null, RetentionLanguages.Count: 0 }
            ? arguments with { RetentionLanguages = [.. Languages.Intersect(GeneralText.Languages).Order(StringComparer.Ordinal)] }
            : arguments;
}
