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
        "model_name_or_path", "adapter_name_or_path", "output_dir", "dataset", "eval_dataset", "dataset_dir", "template", "max_samples",
        "cutoff_len", "val_size", "per_device_eval_batch_size", "logging_steps", "save_strategy", "save_steps", "save_total_limit",
        "save_only_model", "eval_strategy", "eval_steps", "device", "resume_from_checkpoint", "overwrite_output_dir", "plot_loss",
    };

    public static Dictionary<string, string> Of(TrainingArguments arguments, DecoderModel model, TrainingData data)
    {
        Dictionary<string, string> keys = arguments.Describe().Where(pair => !NoInfluence.Contains(pair.Key)).ToDictionary();
        // The data and the model by what they are: their paths may change, their content may not.
        keys["examples"] = data.Train.Count.ToString(CultureInfo.InvariantCulture);
        keys["data"] = data.Hash[..16];
        keys["model"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(model.Config))))[..16];
        keys["computed in"] = model.DType.ToString();
        return keys;
    }
}
