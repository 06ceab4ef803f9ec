using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Models.Lora;

namespace Pipeline.Models.Training.Configuration;

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

    /// <summary>Chat template by LLaMA-Factory's name; null takes the trained adapter's, the model's own, or its family's.</summary>
    [JsonPropertyName("template")]
    public string? Template { get; init; }

    /// <summary>System message of examples that bring none, in place of the template's own; empty for none.</summary>
    [JsonPropertyName("default_system")]
    public string? DefaultSystem { get; init; }

    /// <summary>Most examples to use of each dataset; null for all.</summary>
    [JsonPropertyName("max_samples"), Range(1, int.MaxValue)]
    public int? MaxSamples { get; init; }

    /// <summary>Most tokens of an example; longer ones are cut.</summary>
    [JsonPropertyName("cutoff_len"), Range(4, 1_048_576)]
    public int CutoffLen { get; init; } = 2048;

    /// <summary>Learns the questions too, not the answers alone.</summary>
    [JsonPropertyName("train_on_prompt")]
    public bool TrainOnPrompt { get; init; }

    /// <summary>Learns the last answer of a conversation alone; what is too long loses its first turns.</summary>
    [JsonPropertyName("mask_history")]
    public bool MaskHistory { get; init; }

    /// <summary>Puts examples together into sequences of at most <see cref="CutoffLen"/> tokens. No example sees another one.</summary>
    [JsonPropertyName("packing")]
    public bool Packing { get; init; }

    /// <summary>The same as <see cref="Packing"/>, which keeps examples apart in any case.</summary>
    [JsonPropertyName("neat_packing")]
    public bool NeatPacking { get; init; }

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

    /// <summary>Weight-decomposed adapter (DoRA).</summary>
    [JsonPropertyName("use_dora")]
    public bool UseDora { get; init; }

    /// <summary>Bits of the frozen base weights, 4 or 8; null leaves them as they are.</summary>
    [JsonPropertyName("quantization_bit"), AllowedValues(4, 8, null)]
    public int? QuantizationBit { get; init; }

    /// <summary>How the base is quantized: while it is loaded, as bitsandbytes does.</summary>
    [JsonPropertyName("quantization_method"), AllowedValues("bnb", "bitsandbytes")]
    public string QuantizationMethod { get; init; } = "bnb";

    /// <summary>Examples of a micro-batch; with <see cref="Packing"/>, packed sequences.</summary>
    [JsonPropertyName("per_device_train_batch_size"), Range(1, 65_536)]
    public int TrainBatchSize { get; init; } = 8;

    /// <summary>Examples of an evaluation batch.</summary>
    [JsonPropertyName("per_device_eval_batch_size"), Range(1, 65_536)]
    public int EvalBatchSize { get; init; } = 8;

    /// <summary>Micro-batches of a step.</summary>
    [JsonPropertyName("gradient_accumulation_steps"), Range(1, 65_536)]
    public int GradientAccumulationSteps { get; init; } = 1;

    /// <summary>How the learning rate changes over the steps.</summary>
    [JsonPropertyName("lr_scheduler_type"), AllowedValues("constant", "constant_with_warmup", "linear", "cosine", "cosine_with_restarts",
        "cosine_with_min_lr", "cosine_warmup_with_min_lr", "polynomial", "inverse_sqrt", "warmup_stable_decay")]
    public string LrSchedulerType { get; init; } = "linear";

    /// <summary>More about <see cref="LrSchedulerType"/>, for example <c>{num_cycles: 2}</c>.</summary>
    [JsonPropertyName("lr_scheduler_kwargs")]
    public IReadOnlyDictionary<string, string> LrSchedulerKwargs { get; init; } = new Dictionary<string, string>();

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

    /// <summary>Size of the noise on the embeddings while training (NEFTune); null or 0 for none.</summary>
    [JsonPropertyName("neftune_noise_alpha"), Range(0.0, 1e6)]
    public double? NeftuneNoiseAlpha { get; init; }

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

    /// <summary>Puts examples of like length into the same step.</summary>
    [JsonPropertyName("group_by_length")]
    public bool GroupByLength { get; init; }

    /// <summary>Takes the examples in the order of the files, in every epoch.</summary>
    [JsonPropertyName("disable_shuffling")]
    public bool DisableShuffling { get; init; }

    /// <summary>When the loss is logged.</summary>
    [JsonPropertyName("logging_strategy"), AllowedValues("steps", "epoch", "no")]
    public string LoggingStrategy { get; init; } = "steps";

    /// <summary>Steps between log entries.</summary>
    [JsonPropertyName("logging_steps"), Range(1, int.MaxValue)]
    public int LoggingSteps { get; init; } = 10;

    /// <summary>Logs the first step too.</summary>
    [JsonPropertyName("logging_first_step")]
    public bool LoggingFirstStep { get; init; }

    /// <summary>When checkpoints are written; <c>best</c> means after each evaluation that is better than all before.</summary>
    [JsonPropertyName("save_strategy"), AllowedValues("steps", "epoch", "no", "best")]
    public string SaveStrategy { get; init; } = "steps";

    /// <summary>Steps between checkpoints.</summary>
    [JsonPropertyName("save_steps"), Range(1, int.MaxValue)]
    public int SaveSteps { get; init; } = 500;

    /// <summary>Newest checkpoints to keep; null for all. The best one is never deleted.</summary>
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

    /// <summary>Leaves the weights of the best evaluation as the result, not those of the last step. Each better evaluation writes a checkpoint.</summary>
    [JsonPropertyName("load_best_model_at_end")]
    public bool LoadBestModelAtEnd { get; init; }

    /// <summary>What makes an evaluation the best: <c>eval_loss</c>, also when this is null.</summary>
    [JsonPropertyName("metric_for_best_model"), AllowedValues("loss", "eval_loss", null)]
    public string? MetricForBestModel { get; init; }

    /// <summary>Whether more of <see cref="MetricForBestModel"/> is better.</summary>
    [JsonPropertyName("greater_is_better")]
    public bool GreaterIsBetter { get; init; }

    /// <summary>Ends the training after so many evaluations in a row that were not the best; null for never.</summary>
    [JsonPropertyName("early_stopping_steps"), Range(1, int.MaxValue)]
    public int? EarlyStoppingSteps { get; init; }

    /// <summary>Base model and activations in bfloat16; adapter and optimizer stay in float32.</summary>
    [JsonPropertyName("bf16")]
    public bool Bf16 { get; init; }

    /// <summary>The same in float16, with a scaled loss; for GPUs without bfloat16.</summary>
    [JsonPropertyName("fp16")]
    public bool Fp16 { get; init; }

    /// <summary>Keeps the input of each layer alone and computes the rest again for the gradient: less memory, more time.</summary>
    [JsonPropertyName("gradient_checkpointing")]
    public bool GradientCheckpointing { get; init; }

    /// <summary>LLaMA-Factory's switch against <see cref="GradientCheckpointing"/>, which is off here unless asked for.</summary>
    [JsonPropertyName("disable_gradient_checkpointing")]
    public bool DisableGradientCheckpointing { get; init; }

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
        UseDora = UseDora,
    };

    /// <summary>Whether examples share sequences.</summary>
    internal bool Packs => Packing || NeatPacking;

    /// <summary>When evaluations come during the training: <c>steps</c>, <c>epoch</c> or <c>no</c>.</summary>
    internal string EvaluationStrategy => EvalStrategy ?? (EvalSteps is null ? "no" : "steps");

    /// <summary>Steps between evaluations.</summary>
    internal int StepsPerEvaluation => EvalSteps ?? LoggingSteps;

    /// <summary>Whether it matters which evaluation was the best.</summary>
    internal bool TracksBest => KeepsBest || MetricForBestModel is not null || EarlyStoppingSteps is not null;

    /// <summary>Whether the weights of the best evaluation are saved, whatever step it falls on.</summary>
    internal bool KeepsBest => LoadBestModelAtEnd || SaveStrategy == "best";

    /// <summary>Reads a configuration file.</summary>
    /// <param name="path">YAML, or JSON when the name ends in <c>.json</c>.</param>
    /// <param name="overrides">Further keys as a command line gives them, which win over the file's: see <see cref="FromWords"/>.</param>
    /// <exception cref="InputException">Not readable, unknown keys, or values out of range: every fault in one message.</exception>
    public static TrainingArguments Load(string path, IReadOnlyList<string>? overrides = null) =>
        TrainingArgumentsReader.Load(path, overrides ?? []);

    /// <summary>Reads the words of a command line: <c>--key value</c>, <c>--key=value</c>, <c>key=value</c>, <c>--flag</c>.</summary>
    /// <param name="words">In their order, each as the shell passes it; a first word that is no key is a configuration file.</param>
    /// <exception cref="InputException">As in <see cref="Load"/>.</exception>
    public static TrainingArguments FromWords(IReadOnlyList<string> words) => TrainingArgumentsReader.FromWords(words);

    /// <summary>Reads the text of a configuration.</summary>
    /// <param name="text">YAML; JSON is YAML too.</param>
    /// <param name="source">Its file, for messages.</param>
    /// <exception cref="InputException">As in <see cref="Load"/>.</exception>
    public static TrainingArguments Parse(string text, string source) => TrainingArgumentsReader.Parse(text, source, []);

    /// <summary>Sets keys of a configuration in place of defaults.</summary>
    /// <param name="keys">Names and values as they were given.</param>
    /// <param name="defaults">Values of the keys that are not given.</param>
    /// <returns>The arguments, and what cannot be set: unknown names, values of the wrong kind. See <see cref="FindFaults"/> for the rest.</returns>
    public static (TrainingArguments Arguments, IReadOnlyList<SettingFault> Faults) Read(
        IEnumerable<KeyValuePair<string, JsonElement>> keys, TrainingArguments defaults) => TrainingArgumentsReader.Read(keys, defaults);

    /// <summary>A text for people: every key with its default, its meaning and what it takes.</summary>
    public static string Reference() => KeyReference.Write();

    /// <summary>What does not hold of ranges and of the rules between keys; empty for nothing.</summary>
    public IReadOnlyList<SettingFault> FindFaults() => TrainingArgumentsRules.Faults(this);

    /// <summary>Checks ranges and the rules between keys.</summary>
    /// <exception cref="InputException">Something does not hold: every fault in one message.</exception>
    public void Validate() => TrainingArgumentsReader.ThrowIfAny(FindFaults(), "training arguments");

    /// <summary>Every key with its value as text, in the order above.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Describe() => TrainingKey.Describe(this);
}
