using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Pipeline.Models.Lora;

namespace Pipeline.Models.Training;

/// <summary>
/// What a training does, under LLaMA-Factory's names and with its meanings. Read from YAML or JSON by <see cref="Load"/>;
/// made in code, it is checked by <see cref="Validate"/>.
/// </summary>
public sealed record TrainingArguments
{
    /// <summary>Base model: a folder in hub layout.</summary>
    [JsonPropertyName("model_name_or_path")]
    public string ModelNameOrPath { get; init; } = "";

    /// <summary>An adapter to train further, in PEFT's layout; null starts a new one.</summary>
    [JsonPropertyName("adapter_name_or_path")]
    public string? AdapterNameOrPath { get; init; }

    /// <summary>Where adapter, logs and checkpoints go.</summary>
    [JsonPropertyName("output_dir")]
    public string OutputDir { get; init; } = "";

    /// <summary>Datasets: names of <c>dataset_info.json</c> or files in <see cref="DatasetDir"/>.</summary>
    [JsonPropertyName("dataset")]
    public IReadOnlyList<string> Dataset { get; init; } = [];

    /// <summary>Datasets to evaluate on, instead of a part of <see cref="Dataset"/>.</summary>
    [JsonPropertyName("eval_dataset")]
    public IReadOnlyList<string> EvalDataset { get; init; } = [];

    /// <summary>Folder of the datasets.</summary>
    [JsonPropertyName("dataset_dir")]
    public string DatasetDir { get; init; } = "data";

    /// <summary>Chat template by LLaMA-Factory's name; null takes the one that fits the model's family.</summary>
    [JsonPropertyName("template")]
    public string? Template { get; init; }

    /// <summary>Most examples to use; null for all.</summary>
    [JsonPropertyName("max_samples"), Range(1, int.MaxValue)]
    public int? MaxSamples { get; init; }

    /// <summary>Most tokens of an example; longer ones are cut.</summary>
    [JsonPropertyName("cutoff_len"), Range(4, 1_048_576)]
    public int CutoffLen { get; init; } = 2048;

    /// <summary>Part held out for evaluation: a fraction below 1, or a number of examples.</summary>
    [JsonPropertyName("val_size"), Range(0.0, 1e9)]
    public double ValSize { get; init; }

    /// <summary>Kind of training; <c>lora</c>.</summary>
    [JsonPropertyName("finetuning_type"), AllowedValues("lora")]
    public string FinetuningType { get; init; } = "lora";

    /// <summary>Stage of LLaMA-Factory; <c>sft</c>.</summary>
    [JsonPropertyName("stage"), AllowedValues("sft")]
    public string Stage { get; init; } = "sft";

    /// <summary>Linear layers to adapt: names, or <c>all</c>.</summary>
    [JsonPropertyName("lora_target")]
    public IReadOnlyList<string> LoraTarget { get; init; } = ["all"];

    /// <summary>Rank of the adapter.</summary>
    [JsonPropertyName("lora_rank"), Range(1, 65_536)]
    public int LoraRank { get; init; } = 8;

    /// <summary>Numerator of the scaling; null for twice the rank.</summary>
    [JsonPropertyName("lora_alpha"), Range(1e-6, 1e6)]
    public double? LoraAlpha { get; init; }

    /// <summary>Dropout before A.</summary>
    [JsonPropertyName("lora_dropout"), Range(0.0, 0.99)]
    public double LoraDropout { get; init; }

    /// <summary>Scaling by the square root of the rank.</summary>
    [JsonPropertyName("use_rslora")]
    public bool UseRsLora { get; init; }

    /// <summary>Examples of a micro-batch.</summary>
    [JsonPropertyName("per_device_train_batch_size"), Range(1, 65_536)]
    public int TrainBatchSize { get; init; } = 8;

    /// <summary>Examples of an evaluation batch.</summary>
    [JsonPropertyName("per_device_eval_batch_size"), Range(1, 65_536)]
    public int EvalBatchSize { get; init; } = 8;

    /// <summary>Micro-batches of a step.</summary>
    [JsonPropertyName("gradient_accumulation_steps"), Range(1, 65_536)]
    public int GradientAccumulationSteps { get; init; } = 1;

    /// <summary>How the learning rate changes over the steps.</summary>
    [JsonPropertyName("lr_scheduler_type"), AllowedValues("constant", "constant_with_warmup", "linear", "cosine")]
    public string LrSchedulerType { get; init; } = "linear";

    /// <summary>Highest learning rate.</summary>
    [JsonPropertyName("learning_rate"), Range(0.0, 10.0)]
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>Passes over the data.</summary>
    [JsonPropertyName("num_train_epochs"), Range(1e-6, 1e6)]
    public double NumTrainEpochs { get; init; } = 3;

    /// <summary>Steps, in place of <see cref="NumTrainEpochs"/>; -1 for none.</summary>
    [JsonPropertyName("max_steps"), Range(-1, int.MaxValue)]
    public int MaxSteps { get; init; } = -1;

    /// <summary>Steps over which the learning rate rises from 0; before <see cref="WarmupRatio"/>.</summary>
    [JsonPropertyName("warmup_steps"), Range(0, int.MaxValue)]
    public int WarmupSteps { get; init; }

    /// <summary>The same as a part of all steps.</summary>
    [JsonPropertyName("warmup_ratio"), Range(0.0, 1.0)]
    public double WarmupRatio { get; init; }

    /// <summary>Norm to which the gradient is clipped; 0 for no clipping.</summary>
    [JsonPropertyName("max_grad_norm"), Range(0.0, 1e9)]
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>Decoupled weight decay of AdamW.</summary>
    [JsonPropertyName("weight_decay"), Range(0.0, 1.0)]
    public double WeightDecay { get; init; }

    /// <summary>AdamW's decay of the first moment.</summary>
    [JsonPropertyName("adam_beta1"), Range(0.0, 0.999999)]
    public double AdamBeta1 { get; init; } = 0.9;

    /// <summary>AdamW's decay of the second moment.</summary>
    [JsonPropertyName("adam_beta2"), Range(0.0, 0.999999)]
    public double AdamBeta2 { get; init; } = 0.999;

    /// <summary>AdamW's epsilon.</summary>
    [JsonPropertyName("adam_epsilon"), Range(1e-20, 1.0)]
    public double AdamEpsilon { get; init; } = 1e-8;

    /// <summary>Optimizer; <c>adamw_torch</c>.</summary>
    [JsonPropertyName("optim"), AllowedValues("adamw_torch", "adamw_torch_fused")]
    public string Optim { get; init; } = "adamw_torch";

    /// <summary>Steps between log entries.</summary>
    [JsonPropertyName("logging_steps"), Range(1, int.MaxValue)]
    public int LoggingSteps { get; init; } = 10;

    /// <summary>When checkpoints are written.</summary>
    [JsonPropertyName("save_strategy"), AllowedValues("steps", "epoch", "no")]
    public string SaveStrategy { get; init; } = "steps";

    /// <summary>Steps between checkpoints.</summary>
    [JsonPropertyName("save_steps"), Range(1, int.MaxValue)]
    public int SaveSteps { get; init; } = 500;

    /// <summary>Newest checkpoints to keep; null for all.</summary>
    [JsonPropertyName("save_total_limit"), Range(1, int.MaxValue)]
    public int? SaveTotalLimit { get; init; }

    /// <summary>Checkpoints hold the adapter alone; a training cannot go on from them.</summary>
    [JsonPropertyName("save_only_model")]
    public bool SaveOnlyModel { get; init; }

    /// <summary>When the held-out examples are evaluated during training; null means <c>steps</c> when <see cref="EvalSteps"/> is given, else <c>no</c>.</summary>
    [JsonPropertyName("eval_strategy"), AllowedValues("steps", "epoch", "no", null)]
    public string? EvalStrategy { get; init; }

    /// <summary>Steps between evaluations; null takes <see cref="LoggingSteps"/>.</summary>
    [JsonPropertyName("eval_steps"), Range(1, int.MaxValue)]
    public int? EvalSteps { get; init; }

    /// <summary>Base model and activations in bfloat16; adapter and optimizer stay in float32.</summary>
    [JsonPropertyName("bf16")]
    public bool Bf16 { get; init; }

    /// <summary>Where to compute: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. A key of this product.</summary>
    [JsonPropertyName("device")]
    public string Device { get; init; } = "auto";

    /// <summary>Of the new adapter's weights, the order of the data and dropout.</summary>
    [JsonPropertyName("seed"), Range(0, int.MaxValue)]
    public int Seed { get; init; } = 42;

    /// <summary><c>true</c> for the newest usable checkpoint of <see cref="OutputDir"/>, a checkpoint folder, or null.</summary>
    [JsonPropertyName("resume_from_checkpoint")]
    public string? ResumeFromCheckpoint { get; init; }

    /// <summary>Starts anew in a folder that holds an earlier training, whose checkpoints are deleted.</summary>
    [JsonPropertyName("overwrite_output_dir")]
    public bool OverwriteOutputDir { get; init; }

    /// <summary>Draws <c>training_loss.png</c>.</summary>
    [JsonPropertyName("plot_loss")]
    public bool PlotLoss { get; init; }

    /// <summary>The adapter's shape.</summary>
    [JsonIgnore]
    public LoraConfig Lora => new()
    {
        Rank = LoraRank,
        Alpha = LoraAlpha ?? 2.0 * LoraRank,
        Dropout = LoraDropout,
        TargetModules = LoraTarget,
        UseRsLora = UseRsLora,
    };

    /// <summary>Reads a configuration file.</summary>
    /// <param name="path">YAML, or JSON when the name ends in <c>.json</c>.</param>
    /// <param name="overrides">Further <c>key=value</c> pairs, which win over the file's.</param>
    /// <exception cref="InputException">Not readable, unknown keys, or values out of range: every fault in one message.</exception>
    public static TrainingArguments Load(string path, IReadOnlyList<string>? overrides = null) =>
        TrainingArgumentsReader.Load(path, overrides ?? []);

    /// <summary>Reads the text of a configuration.</summary>
    /// <param name="text">YAML; JSON is YAML too.</param>
    /// <param name="source">Its file, for messages.</param>
    /// <exception cref="InputException">As in <see cref="Load"/>.</exception>
    public static TrainingArguments Parse(string text, string source) => TrainingArgumentsReader.Parse(text, source, []);

    /// <summary>Checks ranges and the rules between keys.</summary>
    /// <exception cref="InputException">Something does not hold: every fault in one message.</exception>
    public void Validate() => TrainingArgumentsReader.ThrowIfAny(TrainingArgumentsRules.Faults(this), "training arguments");

    /// <summary>Every key with its value as text, in the order above.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Describe() => TrainingKey.Describe(this);
}
