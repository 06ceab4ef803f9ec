using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Models.Families;
using Pipeline.Models.Training.Batches;
using Pipeline.Models.Training.Configuration;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Checkpoints;

/// <summary>What determines the result of a training run, by key. File locations and write intervals do not.</summary>
internal static class TrainingFingerprint
{
    private const long SampledValues = 64; // per weight
    private static readonly HashSet<string> NoInfluence = new(StringComparer.Ordinal)
    {
        // Covered by the hash of the data or of the model.
        "model_name_or_path", "adapter_name_or_path", "dataset", "eval_dataset", "dataset_dir", "template", "default_system",
            "max_samples", "val_size",
        "quantization_method",
        // Where and how often something is written.
        "output_dir", "logging_strategy", "logging_steps", "logging_first_step", "save_strategy", "save_steps", "save_total_limit",
            "save_only_model",
        "overwrite_output_dir", "plot_loss", "resume_from_checkpoint", "report_to", "logging_dir",
        // In the data too: how rows become tokens.
        "mix_strategy", "interleave_probs", "split_special_tokens", "tool_format", "enable_thinking", "preserve_thinking",
            "preprocessing_batch_size",
        // Different ways to the same numbers.
        "per_device_eval_batch_size", "device", "use_cpu", "gradient_checkpointing", "disable_gradient_checkpointing",
        // Added below, where they matter.
        "cutoff_len", "packing", "neat_packing", "eval_strategy", "eval_steps", "load_best_model_at_end", "metric_for_best_model",
            "greater_is_better",
        "early_stopping_steps", "data_seed", "dataloader_drop_last", "train_sampling_strategy",
        "retention", "retention_weight", "retention_share", "retention_dataset", "retention_languages",
    };

    public static Dictionary<string, string> Of(TrainingArguments arguments, DecoderModel model, TrainingData data)
    {
        Dictionary<string, string> keys = arguments.Describe().Where(pair => !NoInfluence.Contains(pair.Key)).ToDictionary();
        keys["packing"] = !arguments.Packs ? "none"
            : FormattableString.Invariant($"to {arguments.ForStage.Room} tokens{(arguments.NeatPacking ? ", apart" : "")}");
        if (arguments.DataSeed is { } seed)
            keys["data_seed"] = seed.ToString(CultureInfo.InvariantCulture);
        if (arguments.DataloaderDropLast)
            keys["dataloader_drop_last"] = "true";
        if (arguments.TrainSamplingStrategy != "random")
            keys["train_sampling_strategy"] = arguments.TrainSamplingStrategy;
        // Evaluations affect the result only if one of them is selected or ends training.
        keys["best evaluation"] = arguments.LoadBestModelAtEnd || arguments.EarlyStoppingSteps is not null
            ? BestEvaluationOf(arguments) : "does not count";
        if (arguments.Retention != "none") // checkpoints of earlier versions do not know the keys
        {
            keys["retention"] = arguments.Retention;
            keys["retention_share"] = arguments.ShareOfRetention.ToString(CultureInfo.InvariantCulture);
            keys["retention data"] = data.RetentionHash[..16];
        }
        if (arguments.HoldsToBase)
            keys["retention_weight"] = arguments.WeightOfRetention.ToString(CultureInfo.InvariantCulture);
        // Data and model are identified by content: their paths may change, their content may not.
        keys["examples"] = data.Train.Count.ToString(CultureInfo.InvariantCulture);
        keys["data"] = data.Hash[..16];
        keys["model"] = HashOf(model)[..16];
        keys["computed in"] = model.DType.ToString();
        return keys;
    }

    // The shape and a sample of every weight kept in full: enough to tell two models apart without reading gigabytes.
    internal static string HashOf(DecoderModel model)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.UTF8.GetBytes(ShapeOf(model.Config)));
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        foreach ((string name, Tensor weight) in model.Weights().Where(w => w.Value.device_type != DeviceType.META))
        {
            using DisposeScope one = NewDisposeScope();
            hash.AppendData(Encoding.UTF8.GetBytes(name));
            hash.AppendData(weight.detach().flatten().narrow(0, 0, Math.Min(SampledValues, weight.NumberOfElements)).contiguous()
                .cpu().bytes);
        }
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>
    /// The shape as written by versions before the family specifications, so that their training runs resume; what those could
    /// not compute is added only for models that have it.
    /// </summary>
    internal static string ShapeOf(DecoderConfig config)
    {
        var projection = new { };   // all that those versions' JSON holds for it
        string known = JsonSerializer.Serialize(new
        {
            Family = ModelFamilies.All.ToList().IndexOf(config.Family),
            config.HiddenSize,
            config.IntermediateSize,
            config.NumHiddenLayers,
            config.NumAttentionHeads,
            config.NumKeyValueHeads,
            config.HeadDim,
            config.VocabSize,
            config.MaxPositionEmbeddings,
            config.RmsNormEps,
            config.Rope,
            config.TieWordEmbeddings,
            config.SlidingWindow,
            config.InitializerRange,
            config.EosTokenIds,
            config.BosTokenId,
            config.PadTokenId,
            AttentionBias = config.QueryKeyValueBias,
            AttentionProjections = Enumerable.Repeat(projection, config.AttentionProjections.Count - 1),
            FeedForwardProjections = Enumerable.Repeat(projection, config.FeedForwardProjections.Count - 1),
        });
        return known + (config.AttentionOutputBias ? " output bias" : "") + (config.FeedForwardBias ? " feed-forward bias" : "")
            + (config.QueryKeyNorm ? " query and key norm" : "");
    }

    private static string BestEvaluationOf(TrainingArguments a) => string.Create(CultureInfo.InvariantCulture,
        $"{(a.LoadBestModelAtEnd ? "kept" : "not kept")}, {(a.GreaterIsBetter ? "highest" : "lowest")} loss, "
        + $"{(a.EvaluationStrategy == "steps" ? $"every {a.StepsPerEvaluation} steps" : "every epoch")}, end after "
        + $"{a.EarlyStoppingSteps?.ToString(CultureInfo.InvariantCulture) ?? "no number"} worse ones");
}
