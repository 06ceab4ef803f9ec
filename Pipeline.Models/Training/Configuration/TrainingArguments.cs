using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using Pipeline.Models.Lora;

namespace Pipeline.Models.Training.Configuration;

/// <summary>
/// What a training run does, with LLaMA-Factory's names and meanings. Read from YAML or JSON by <see cref="Load"/>;
/// when created in code, checked by <see cref="Validate"/>.
/// </summary>
public sealed record TrainingArguments
{
    /// <summary>Base model: a folder in hub layout.</summary>
    [JsonPropertyName("model_name_or_path")]
    public string ModelNameOrPath { get; init; } = "";

    /// <summary>An adapter to continue training, in PEFT's layout; null starts a new one.</summary>
    [JsonPropertyName("adapter_name_or_path")]
    public string? AdapterNameOrPath { get; init; }

    /// <summary>Folder for the adapter, logs and checkpoints.</summary>
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

    /// <summary>Chat template by LLaMA-Factory's name; null uses the trained adapter's, the model's own, or its family's.</summary>
    [JsonPropertyName("template")]
    public string? Template { get; init; }

    /// <summary>System message for examples without one, in place of the template's own; empty for none.</summary>
    [JsonPropertyName("default_system")]
    public string? DefaultSystem { get; init; }

    /// <summary>Maximum number of examples to use from each dataset; null for all.</summary>
    [JsonPropertyName("max_samples"), Range(1, int.MaxValue)]
    public int? MaxSamples { get; init; }

    /// <summary>Maximum tokens per example; longer ones are truncated.</summary>
    [JsonPropertyName("cutoff_len"), Range(4, 1_048_576)]
    public int CutoffLen { get; init; } = 2048;

    /// <summary>Trains on the questions too, not only on the answers.</summary>
    [JsonPropertyName("train_on_prompt")]
    public bool TrainOnPrompt { get; init; }

    /// <summary>Trains only on the last answer of a conversation; one that is too long loses its first turns.</summary>
    [JsonPropertyName("mask_history")]
    public bool MaskHistory { get; init; }

    /// <summary>
    /// Packs examples into sequences of fewer than <see cref="CutoffLen"/> tokens, in which each sees those before it; null: only with
    /// <see cref="Stage"/> pt.
    /// </summary>
    [JsonPropertyName("packing")]
    public bool? Packing { get; init; }

    /// <summary>Packs as <see cref="Packing"/> does, and no example sees another one.</summary>
    [JsonPropertyName("neat_packing")]
    public bool NeatPacking { get; init; }

    /// <summary>Rows that are packed among themselves.</summary>
    [JsonPropertyName("preprocessing_batch_size"), Range(1, int.MaxValue)]
    public int PreprocessingBatchSize { get; init; } = 1000;

    /// <summary>How several datasets become one: one after the other, or by turns until the shortest, or the longest, ends.</summary>
    [JsonPropertyName("mix_strategy")]
    public string MixStrategy { get; init; } = "concat";

    /// <summary>With an interleaving <see cref="MixStrategy"/>, how often each dataset has its turn: a number per dataset.</summary>
    [JsonPropertyName("interleave_probs")]
    public IReadOnlyList<string> InterleaveProbs { get; init; } = [];

    /// <summary>
    /// What control tokens written in a row become: false, the tokens; true, text, with those of the template; null, text in the row
    /// and tokens in the template.
    /// </summary>
    [JsonPropertyName("split_special_tokens")]
    public bool? SplitSpecialTokens { get; init; }

    /// <summary>How tools are described and called; null for the template's own format.</summary>
    [JsonPropertyName("tool_format")]
    public string? ToolFormat { get; init; }

    /// <summary>
    /// Of templates that think: true learns an empty thought before answers that have none, null puts it into the question, false also
    /// takes all thoughts out.
    /// </summary>
    [JsonPropertyName("enable_thinking")]
    public bool? EnableThinking { get; init; } = true;

    /// <summary>Of templates that think: earlier thoughts stay, with <see cref="MaskHistory"/> too.</summary>
    [JsonPropertyName("preserve_thinking")]
    public bool PreserveThinking { get; init; }

    /// <summary>Portion held out for evaluation: a fraction below 1, or a number of examples.</summary>
    [JsonPropertyName("val_size"), Range(0.0, 1e9)]
    public double ValSize { get; init; }

    /// <summary>Kind of training; <c>lora</c>.</summary>
    [JsonPropertyName("finetuning_type"), AllowedValues("lora")]
    public string FinetuningType { get; init; } = "lora";

    /// <summary>What is learned: answers (<c>sft</c>), or all of a text (<c>pt</c>).</summary>
    [JsonPropertyName("stage"), AllowedValues("sft", "pt")]
    public string Stage { get; init; } = "sft";

    /// <summary>Linear layers to adapt: names, or <c>all</c>.</summary>
    [JsonPropertyName("lora_target")]
    public IReadOnlyList<string> LoraTarget { get; init; } = ["all"];

    /// <summary>Rank of the adapter.</summary>
    [JsonPropertyName("lora_rank"), Range(1, 65_536)]
    public int LoraRank { get; init; } = 8;

    /// <summary>Numerator of the scaling; null or 0 for twice the rank.</summary>
    [JsonPropertyName("lora_alpha"), Range(0.0, 1e6)]
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

    /// <summary>How the base is quantized: while loading, as bitsandbytes does.</summary>
    [JsonPropertyName("quantization_method"), AllowedValues("bnb", "bitsandbytes")]
    public string QuantizationMethod { get; init; } = "bnb";

    /// <summary>Examples per micro-batch; with <see cref="Packing"/>, packed sequences.</summary>
    [JsonPropertyName("per_device_train_batch_size"), Range(1, 65_536)]
    public int TrainBatchSize { get; init; } = 8;

    /// <summary>Examples per evaluation batch.</summary>
    [JsonPropertyName("per_device_eval_batch_size"), Range(1, 65_536)]
    public int EvalBatchSize { get; init; } = 8;

    /// <summary>Micro-batches per step.</summary>
    [JsonPropertyName("gradient_accumulation_steps"), Range(1, 65_536)]
    public int GradientAccumulationSteps { get; init; } = 1;

    /// <summary>How the learning rate changes over the steps.</summary>
    [JsonPropertyName("lr_scheduler_type"), AllowedValues("constant", "constant_with_warmup", "linear", "cosine", "cosine_with_restarts",
        "cosine_with_min_lr", "cosine_warmup_with_min_lr", "polynomial", "inverse_sqrt", "warmup_stable_decay")]
    public string LrSchedulerType { get; init; } = "linear";

    /// <summary>Further settings for <see cref="LrSchedulerType"/>, for example <c>{num_cycles: 2}</c>.</summary>
    [JsonPropertyName("lr_scheduler_kwargs")]
    public IReadOnlyDictionary<string, string> LrSchedulerKwargs { get; init; } = new Dictionary<string, string>();

    /// <summary>Highest learning rate.</summary>
    [JsonPropertyName("learning_rate"), Range(0.0, 10.0)]
    public double LearningRate { get; init; } = 5e-5;

    /// <summary>Passes over the data.</summary>
    [JsonPropertyName("num_train_epochs"), Range(1e-6, 1e6)]
    public double NumTrainEpochs { get; init; } = 3;

    /// <summary>Number of steps, overriding <see cref="NumTrainEpochs"/>; -1 for none.</summary>
    [JsonPropertyName("max_steps"), Range(-1, int.MaxValue)]
    public int MaxSteps { get; init; } = -1;

    /// <summary>Steps over which the learning rate rises from 0, or below 1 a share of all; overrides <see cref="WarmupRatio"/>.</summary>
    [JsonPropertyName("warmup_steps"), Range(0.0, int.MaxValue)]
    public double WarmupSteps { get; init; }

    /// <summary>The same as a fraction of all steps.</summary>
    [JsonPropertyName("warmup_ratio"), Range(0.0, 1.0)]
    public double WarmupRatio { get; init; }

    /// <summary>Norm to which the gradient is clipped; 0 for no clipping.</summary>
    [JsonPropertyName("max_grad_norm"), Range(0.0, 1e9)]
    public double MaxGradNorm { get; init; } = 1;

    /// <summary>Decoupled weight decay of AdamW.</summary>
    [JsonPropertyName("weight_decay"), Range(0.0, 1.0)]
    public double WeightDecay { get; init; }

    /// <summary>Size of the noise added to the embeddings during training (NEFTune); null or 0 for none.</summary>
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

    /// <summary>Optimizer: AdamW, under any of the names that give the same numbers.</summary>
    [JsonPropertyName("optim"), AllowedValues("adamw_torch", "adamw_torch_fused", "adamw_hf", "paged_adamw", "paged_adamw_32bit")]
    public string Optim { get; init; } = "adamw_torch";

    /// <summary>Groups examples of similar length into the same step.</summary>
    [JsonPropertyName("group_by_length")]
    public bool GroupByLength { get; init; }

    /// <summary>The same as one key: <c>random</c>, <c>sequential</c> or <c>group_by_length</c>.</summary>
    [JsonPropertyName("train_sampling_strategy"), AllowedValues("random", "sequential", "group_by_length")]
    public string TrainSamplingStrategy { get; init; } = "random";

    /// <summary>Leaves out the last batch of an epoch when it is not full.</summary>
    [JsonPropertyName("dataloader_drop_last")]
    public bool DataloaderDropLast { get; init; }

    /// <summary>Takes the examples in file order, in every epoch.</summary>
    [JsonPropertyName("disable_shuffling")]
    public bool DisableShuffling { get; init; }

    /// <summary>When the loss is logged.</summary>
    [JsonPropertyName("logging_strategy"), AllowedValues("steps", "epoch", "no")]
    public string LoggingStrategy { get; init; } = "steps";

    /// <summary>Steps between log entries, or below 1 a share of all steps.</summary>
    [JsonPropertyName("logging_steps"), Range(0.0, int.MaxValue)]
    public double LoggingSteps { get; init; } = 10;

    /// <summary>Also logs the first step.</summary>
    [JsonPropertyName("logging_first_step")]
    public bool LoggingFirstStep { get; init; }

    /// <summary>When checkpoints are written; <c>best</c> means after each evaluation that beats all earlier ones.</summary>
    [JsonPropertyName("save_strategy"), AllowedValues("steps", "epoch", "no", "best")]
    public string SaveStrategy { get; init; } = "steps";

    /// <summary>Steps between checkpoints, or below 1 a share of all steps.</summary>
    [JsonPropertyName("save_steps"), Range(0.0, int.MaxValue)]
    public double SaveSteps { get; init; } = 500;

    /// <summary>Number of newest checkpoints to keep; null for all. The best one is never deleted.</summary>
    [JsonPropertyName("save_total_limit"), Range(1, int.MaxValue)]
    public int? SaveTotalLimit { get; init; }

    /// <summary>Checkpoints hold only the adapter; training cannot resume from them.</summary>
    [JsonPropertyName("save_only_model")]
    public bool SaveOnlyModel { get; init; }

    /// <summary>When to evaluate during training; null: <c>steps</c> if <see cref="EvalSteps"/> is given, else <c>no</c>.</summary>
    [JsonPropertyName("eval_strategy"), AllowedValues("steps", "epoch", "no", null)]
    public string? EvalStrategy { get; init; }

    /// <summary>Steps between evaluations, or below 1 a share of all steps; null uses <see cref="LoggingSteps"/>.</summary>
    [JsonPropertyName("eval_steps"), Range(0.0, int.MaxValue)]
    public double? EvalSteps { get; init; }

    /// <summary>Keeps the best evaluation's weights as the result, not the last step's. Each new best writes a checkpoint.</summary>
    [JsonPropertyName("load_best_model_at_end")]
    public bool LoadBestModelAtEnd { get; init; }

    /// <summary>What makes an evaluation the best: <c>eval_loss</c>, which is also the default when null.</summary>
    [JsonPropertyName("metric_for_best_model"), AllowedValues("loss", "eval_loss", null)]
    public string? MetricForBestModel { get; init; }

    /// <summary>Whether a higher <see cref="MetricForBestModel"/> is better.</summary>
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

    /// <summary>Keeps only the input of each layer and recomputes the rest for the gradient: less memory, more time.</summary>
    [JsonPropertyName("gradient_checkpointing")]
    public bool GradientCheckpointing { get; init; }

    /// <summary>LLaMA-Factory's switch to turn off <see cref="GradientCheckpointing"/>, which is off here by default.</summary>
    [JsonPropertyName("disable_gradient_checkpointing")]
    public bool DisableGradientCheckpointing { get; init; }

    /// <summary>
    /// What keeps the base's knowledge: <c>kl</c> holds predictions on general text to the base's, <c>replay</c> trains on the
    /// base's own answers too. Specific to this product, like the keys that begin alike.
    /// </summary>
    [JsonPropertyName("retention"), AllowedValues("none", "kl", "replay")]
    public string Retention { get; init; } = "none";

    /// <summary>Factor of the mean KL(base ‖ adapter) beside the mean loss; null for 1. For <c>kl</c> alone.</summary>
    [JsonPropertyName("retention_weight"), Range(1e-6, 1e6)]
    public double? RetentionWeight { get; init; }

    /// <summary>Tokens of general text per taught token in an epoch; null for 0.15.</summary>
    [JsonPropertyName("retention_share"), Range(1e-6, 100.0)]
    public double? RetentionShare { get; init; }

    /// <summary>The general text: a dataset, rows with a <c>text</c>, or a text file; null for the set of the product.</summary>
    [JsonPropertyName("retention_dataset")]
    public string? RetentionDataset { get; init; }

    /// <summary>Languages to take of the product's set, such as <c>en,es</c>; empty for all.</summary>
    [JsonPropertyName("retention_languages")]
    public IReadOnlyList<string> RetentionLanguages { get; init; } = [];

    /// <summary>Where to compute: <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>. Specific to this product.</summary>
    [JsonPropertyName("device")]
    public string Device { get; init; } = "auto";

    /// <summary>Computes on the processor; the same as <see cref="Device"/> cpu.</summary>
    [JsonPropertyName("use_cpu")]
    public bool UseCpu { get; init; }

    /// <summary>Random seed for the new adapter's weights, the order of the data and dropout.</summary>
    [JsonPropertyName("seed"), Range(0, int.MaxValue)]
    public int Seed { get; init; } = 42;

    /// <summary>Another seed for the order of the data; null for <see cref="Seed"/>.</summary>
    [JsonPropertyName("data_seed"), Range(0, int.MaxValue)]
    public int? DataSeed { get; init; }

    /// <summary><c>true</c> for the newest usable checkpoint of <see cref="OutputDir"/>, a checkpoint folder, or null.</summary>
    [JsonPropertyName("resume_from_checkpoint")]
    public string? ResumeFromCheckpoint { get; init; }

    /// <summary>Starts over in a folder that holds an earlier training run and deletes its checkpoints.</summary>
    [JsonPropertyName("overwrite_output_dir")]
    public bool OverwriteOutputDir { get; init; }

    /// <summary>Programs that show the figures; <c>tensorboard</c> (or <c>all</c>) writes event files, others are not told.</summary>
    [JsonPropertyName("report_to")]
    public IReadOnlyList<string> ReportTo { get; init; } = ["none"];

    /// <summary>Folder of the event files; null for a new one in <c>runs</c> of <see cref="OutputDir"/>.</summary>
    [JsonPropertyName("logging_dir")]
    public string? LoggingDir { get; init; }

    /// <summary>Plots <c>training_loss.png</c>.</summary>
    [JsonPropertyName("plot_loss")]
    public bool PlotLoss { get; init; }

    /// <summary>The adapter's shape.</summary>
    [JsonIgnore]
    public LoraConfig Lora => new()
    {
        Rank = LoraRank,
        Alpha = LoraAlpha is { } alpha and > 0 ? alpha : 2.0 * LoraRank,
        Dropout = LoraDropout,
        TargetModules = LoraTarget,
        UseRsLora = UseRsLora,
        UseDora = UseDora,
    };

    /// <summary>Keys that were given and have no effect, in words; not a key.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Notes { get; internal set; } = [];

    /// <summary>Reads a configuration file.</summary>
    /// <param name="path">YAML, or JSON when the name ends in <c>.json</c>.</param>
    /// <param name="overrides">Further keys as given on a command line, which override the file's: see <see cref="FromWords"/>.</param>
    /// <exception cref="InputException">Unreadable, unknown keys, or values out of range: all faults in one message.</exception>
    public static TrainingArguments Load(string path, IReadOnlyList<string>? overrides = null) =>
        TrainingArgumentsReader.Load(path, overrides ?? []);

    /// <summary>Reads the words of a command line: <c>--key value</c>, <c>--key=value</c>, <c>key=value</c>, <c>--flag</c>.</summary>
    /// <param name="words">In order, as the shell passes them; a first word that is not a key is a configuration file.</param>
    /// <exception cref="InputException">As in <see cref="Load"/>.</exception>
    public static TrainingArguments FromWords(IReadOnlyList<string> words) => TrainingArgumentsReader.FromWords(words);

    /// <summary>Parses the text of a configuration.</summary>
    /// <param name="text">YAML, which includes JSON.</param>
    /// <param name="source">The file it came from, for messages.</param>
    /// <exception cref="InputException">As in <see cref="Load"/>.</exception>
    public static TrainingArguments Parse(string text, string source) => TrainingArgumentsReader.Parse(text, source, []);

    /// <summary>Sets keys of a configuration in place of defaults.</summary>
    /// <param name="keys">Names and values as given.</param>
    /// <param name="defaults">Values of keys that are not given.</param>
    /// <returns>The arguments and what cannot be set: unknown names, wrong kinds of value. <see cref="FindFaults"/> has the rest.</returns>
    public static (TrainingArguments Arguments, IReadOnlyList<SettingFault> Faults) Read(
        IEnumerable<KeyValuePair<string, JsonElement>> keys, TrainingArguments defaults) => TrainingArgumentsReader.Read(keys, defaults);

    /// <summary>Human-readable help: every key with its default, its meaning and accepted values.</summary>
    public static string Reference() => KeyReference.Write();

    /// <summary>Violations of ranges and of the rules between keys; empty if there are none.</summary>
    public IReadOnlyList<SettingFault> FindFaults() => TrainingArgumentsRules.Faults(this);

    /// <summary>Checks ranges and the rules between keys.</summary>
    /// <exception cref="InputException">A rule is violated: all faults in one message.</exception>
    public void Validate() => TrainingArgumentsReader.ThrowIfAny(FindFaults(), "training arguments");

    /// <summary>Every key with its value as text, in the order declared above.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Describe() => TrainingKey.Describe(this);
}
