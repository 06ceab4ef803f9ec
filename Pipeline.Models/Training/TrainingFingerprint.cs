using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Pipeline.Models.Families;

namespace Pipeline.Models.Training;

/// <summary>What decides the result of a training, by key. Where files lie and how often something is written does not.</summary>
internal static class TrainingFingerprint
{
    private static readonly HashSet<string> NoInfluence = new(StringComparer.Ordinal)
    {
        // Seen in the hash of the data or of the model.
        "model_name_or_path", "adapter_name_or_path", "dataset", "eval_dataset", "dataset_dir", "template", "default_system", "max_samples", "val_size",
        "quantization_method",
        // Where and how often something is written.
        "output_dir", "logging_strategy", "logging_steps", "logging_first_step", "save_strategy", "save_steps", "save_total_limit", "save_only_model",
        "overwrite_output_dir", "plot_loss", "resume_from_checkpoint",
        // Other ways to the same numbers.
        "per_device_eval_batch_size", "device", "gradient_checkpointing", "disable_gradient_checkpointing",
        // Below, where they count.
        "cutoff_len", "packing", "neat_packing", "eval_strategy", "eval_steps", "load_best_model_at_end", "metric_for_best_model", "greater_is_better",
        "early_stopping_steps",
    };

    public static Dictionary<string, string> Of(TrainingArguments arguments, DecoderModel model, TrainingData data)
    {
        Dictionary<string, string> keys = arguments.Describe().Where(pair => !NoInfluence.Contains(pair.Key)).ToDictionary();
        keys["packing"] = arguments.Packs ? FormattableString.Invariant($"to {arguments.CutoffLen} tokens") : "none";
        // Evaluations decide the result only where one of them is chosen or ends the training.
        keys["best evaluation"] = arguments.LoadBestModelAtEnd || arguments.EarlyStoppingSteps is not null ? BestEvaluationOf(arguments) : "does not count";
        // The data and the model by what they are: their paths may change, their content may not.
        keys["examples"] = data.Train.Count.ToString(CultureInfo.InvariantCulture);
        keys["data"] = data.Hash[..16];
        keys["model"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(model.Config))))[..16];
        keys["computed in"] = model.DType.ToString();
        return keys;
    }

    private static string BestEvaluationOf(TrainingArguments a) => FormattableString.Invariant(
        $"{(a.LoadBestModelAtEnd ? "kept" : "not kept")}, {(a.GreaterIsBetter ? "highest" : "lowest")} loss, {(a.EvaluationStrategy == "steps" ? $"every {a.StepsPerEvaluation} steps" : "every epoch")}, end after {a.EarlyStoppingSteps?.ToString(CultureInfo.InvariantCulture) ?? "no number"} worse ones");
}
