using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Jobs.Caption;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Evaluate;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Served;
using Pipeline.Jobs.Train;
using Pipeline.Models;

namespace Pipeline.Jobs;

/// <summary>
/// All settings of one run. Stored whole with the run and never changed afterwards. Files and the HTTP API write the names in snake
/// case: <c>name</c>, <c>base_model</c>, <c>caption</c>, <c>training</c>, <c>evaluation</c>, …
/// </summary>
public sealed record RunOptions
{
    /// <summary>Name of the run and its adapter; null takes the folder's name.</summary>
    [StringLength(100, MinimumLength = 1)] public string? Name { get; init; }

    /// <summary>Folder of the language model to specialise, as the hub lays it out.</summary>
    [Required] public string BaseModel { get; init; } = "starter/phi4-starter";

    /// <summary>How documents are parsed, and its limits.</summary>
    public ExtractionOptions Extraction { get; init; } = new();

    /// <summary>How figures are described.</summary>
    public CaptionOptions Caption { get; init; } = new();

    /// <summary>Which examples are made from the documents.</summary>
    public DatasetOptions Dataset { get; init; } = new();

    /// <summary>What trains: this product or another program.</summary>
    public TrainOptions Train { get; init; } = new();

    /// <summary>
    /// Training settings under LLaMA-Factory's names (<c>lora_rank</c>, <c>learning_rate</c>, <c>max_steps</c>, …). Model, dataset
    /// and output folder are filled in by the run. Unknown names are refused.
    /// </summary>
    public TrainingSettings Training { get; init; } = TrainingSettings.Empty;

    /// <summary>How base model and adapter are compared.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>Whether and when the adapter takes over a stable name.</summary>
    public PublishOptions Publish { get; init; } = new();

    /// <summary>Trains and evaluates even when an equal training is stored.</summary>
    public bool Retrain { get; init; }

    /// <summary>
    /// Sections of stages that have their own settings, as given; <see cref="RunOptionsChecks"/> reads them strictly. Null without any.
    /// </summary>
    [JsonInclude, JsonExtensionData] public IDictionary<string, JsonElement>? Sections { get; internal init; }

    /// <summary>The settings of a stage that has its own; the defaults when nothing was given.</summary>
    /// <param name="name">Its section, as in the stage's row.</param>
    public T Section<T>(string name)
        where T : new() =>
        Sections is not null && Sections.TryGetValue(name, out JsonElement given) ? given.Deserialize<T>(RunOptionsJson.Settings)
        ?? new T() : new T();

    /// <summary>What <see cref="RunOptionsReader"/> could not read. Options with faults are never stored.</summary>
    [JsonIgnore] public IReadOnlyList<SettingFault> ReadFaults { get; internal init; } = [];
}
