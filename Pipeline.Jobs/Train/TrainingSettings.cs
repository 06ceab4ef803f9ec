using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Jobs.Dataset;
using Pipeline.Models;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Jobs.Train;

/// <summary>
/// Training settings of a run under LLaMA-Factory's names: what was given, which is stored as it is, and what it means. Keys that
/// cannot be used are recorded in <see cref="Faults"/>, so that they are reported together with all other faults.
/// </summary>
[JsonConverter(typeof(TrainingSettingsConverter))]
public sealed class TrainingSettings
{
    // Defaults of a run; the rest are LLaMA-Factory's defaults.
    private static readonly TrainingArguments Defaults = new()
    {
        LoraRank = 16,
        TrainBatchSize = 4,
        LearningRate = 2e-4,
        LrSchedulerType = "cosine",
        WarmupRatio = 0.03,
        CutoffLen = 1024,
        LoggingSteps = 1,
        SaveSteps = 50,
        SaveTotalLimit = 2,
        PlotLoss = true,
        Retention = "kl",           // specialists that forget everything else are of no use
    };

    // Keys that a run sets itself, and what to use instead.
    private static readonly Dictionary<string, string> KeysSetByRun = new(StringComparer.Ordinal)
    {
        ["model_name_or_path"] = $", and give the model as {RunOptionsSchema.NameOf(o => o.BaseModel)}",
        ["dataset"] = "",
        ["eval_dataset"] = "",
        ["dataset_dir"] = "",
        ["output_dir"] = "",
        ["resume_from_checkpoint"] = "",
        ["overwrite_output_dir"] = "",
        ["val_size"] = $", and give the held-out share as {RunOptionsSchema.NameOf(o => o.Dataset.EvalFraction)}",
    };

    private const string FileOfServer = "retention_dataset";

    private readonly TrainingArguments _arguments;

    /// <summary>Reads keys.</summary>
    /// <param name="given">Names and values as given.</param>
    public TrainingSettings(IReadOnlyDictionary<string, JsonElement> given)
    {
        ArgumentNullException.ThrowIfNull(given);
        Given = given;
        (_arguments, IReadOnlyList<SettingFault> unread) = TrainingArguments.Read(
            Readable(given), Defaults);
        // Assumes held-out examples, which runs usually have; that is certain only once the dataset is built.
        IReadOnlyList<SettingFault> rules =
            Placed(_arguments, "model", "dataset", [DatasetFiles.Train], DatasetFiles.Eval, "output").FindFaults();
        IEnumerable<SettingFault> taken = given.Keys.Where(KeysSetByRun.ContainsKey)
            .Select(key => new SettingFault(key, $"is filled in by the run; take it out{KeysSetByRun[key]}"));
        Faults = [.. taken.Concat(FileFaults(given)).Concat(unread).Concat(rules).Select(InSection)];
    }

    /// <summary>No keys: the defaults of runs.</summary>
    public static TrainingSettings Empty { get; } = new(new Dictionary<string, JsonElement>());

    /// <summary>Names and values as given.</summary>
    public IReadOnlyDictionary<string, JsonElement> Given { get; }

    /// <summary>
    /// Faults of the keys, independent of the base model, by full name (<c>training.lora_rank</c>); empty when there is none.
    /// </summary>
    public IReadOnlyList<SettingFault> Faults { get; }

    /// <summary>What the keys mean, with the defaults of runs, and without model, dataset and folders.</summary>
    /// <exception cref="SettingsException">There are <see cref="Faults"/>.</exception>
    public TrainingArguments Arguments => Faults.Count == 0 ? _arguments : throw new SettingsException(Faults);

    /// <summary>Settings from an object whose properties are keys: <c>new { lora_rank = 8 }</c>.</summary>
    public static TrainingSettings Of(object keys) =>
        new(JsonSerializer.SerializeToElement(keys).Deserialize<Dictionary<string, JsonElement>>()!);

    private static IEnumerable<KeyValuePair<string, JsonElement>> Readable(IReadOnlyDictionary<string, JsonElement> given) =>
        given.Where(key => !KeysSetByRun.ContainsKey(key.Key) && key.Key != FileOfServer);

    // Whoever starts a run may not have the server train on any file that it can read.
    private static IEnumerable<SettingFault> FileFaults(IReadOnlyDictionary<string, JsonElement> given) =>
        given.TryGetValue(FileOfServer, out JsonElement file) && file.ValueKind != JsonValueKind.Null
            ? [new SettingFault(FileOfServer, "names a file of the server; take it out: a run takes the product's own set")] : [];

    /// <summary>A fault of one of the keys, by the key's full name.</summary>
    internal static SettingFault InSection(SettingFault fault) => fault.In(RunOptionsSchema.NameOf(o => o.Training));

    /// <summary>The training that results from the keys in a run.</summary>
    /// <param name="baseModel">Model folder.</param>
    /// <param name="datasetFolder">Folder with <c>dataset_info.json</c>.</param>
    /// <param name="trainSets">Names of the sets to train on.</param>
    /// <param name="evalSet">Name of the held-out examples, or null when there are none.</param>
    /// <param name="output">Folder of the adapter and its checkpoints.</param>
    internal TrainingArguments For(string baseModel, string datasetFolder, IReadOnlyList<string> trainSets, string? evalSet,
        string output) => Placed(ModelSize.Of(baseModel) is { } size
            ? TrainingArguments.Read(Readable(Given), size.Suited(Defaults)).Arguments : _arguments,
        baseModel, datasetFolder, trainSets, evalSet, output);

    private static TrainingArguments Placed(TrainingArguments arguments, string baseModel, string datasetFolder,
        IReadOnlyList<string> trainSets, string? evalSet, string output) => arguments with
        {
            ModelNameOrPath = baseModel,
            DatasetDir = datasetFolder,
            Dataset = [.. trainSets],
            EvalDataset = evalSet is null ? [] : [evalSet],
            OutputDir = output,
            ResumeFromCheckpoint = "true",          // a new attempt resumes from the newest valid checkpoint
        };
}
