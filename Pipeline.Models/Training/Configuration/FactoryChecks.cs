using System.Globalization;

namespace Pipeline.Models.Training.Configuration;

/// <summary>
/// What LLaMA-Factory's own parser refuses before it reads anything, beyond what <see cref="TrainingArgumentsRules"/> asks of every
/// training, so that a file that stops there stops here too. Reference: hiyouga/LLaMA-Factory, src/llamafactory/hparams/parser.py.
/// </summary>
internal static class FactoryChecks
{
    private static readonly string[] Strategies =
        ["eval_strategy", "save_strategy", "logging_strategy", "lr_scheduler_type", "optim", "hub_strategy"];

    private static readonly string[] HubStrategies = ["end", "every_save", "checkpoint", "all_checkpoints"];

    /// <summary>What is wrong with the keys.</summary>
    /// <param name="keys">Keys as given.</param>
    /// <param name="a">What was read from them.</param>
    public static IEnumerable<SettingFault> Faults(GivenKeys keys, TrainingArguments a) =>
        [.. Words(keys), .. Data(keys, a), .. Quantization(keys), .. Others(keys, a)];

    private static IEnumerable<SettingFault> Words(GivenKeys keys)
    {
        foreach (string name in Strategies)
            if (keys[name] is { IsTruth: true } value)
                yield return new(name, $"YAML takes {value.Text} without quotes for true or false; write \"{value.Text}\" in quotes");
        if (keys["hub_strategy"]?.Text is { } strategy && !HubStrategies.Contains(strategy))
            yield return new("hub_strategy", $"'{strategy}' is none of {string.Join(", ", HubStrategies)}");
        if (keys["infer_backend"]?.Text is { } backend && backend != "huggingface")
            yield return new("infer_backend", $"'{backend}' does not train; take the key out");
    }

    private static IEnumerable<SettingFault> Data(GivenKeys keys, TrainingArguments a)
    {
        if (a.Dataset.Count == 0 && (keys.IsOn("do_train") || a.ValSize > 0))
            yield return new("dataset", "is missing; give a name of dataset_info.json or a file of dataset_dir");
        bool hasHeldOut = a.ValSize > 0 || a.EvalDataset.Count > 0;
        foreach (string name in (string[])["do_eval", "do_predict", "predict_with_generate"])
            if (keys.IsOn(name) && !hasHeldOut)
                yield return new(name, "needs examples; give val_size or eval_dataset");
        if (keys.IsOn("do_predict") && !keys.IsOn("predict_with_generate"))
            yield return new("do_predict", "needs predict_with_generate");
        if (keys.IsOn("streaming") && a.ValSize is > 0 and < 1)
            yield return new("val_size", "must be a number of examples with streaming");
    }

    private static IEnumerable<SettingFault> Quantization(GivenKeys keys)
    {
        if (keys.IsOn("do_train") && keys["quantization_device_map"]?.Text == "auto")
            yield return new("quantization_device_map", "'auto' is not for trainings; take the key out");
        foreach (string name in (string[])["ref_model_quantization_bit", "reward_model_quantization_bit"])
            if (keys[name] is { } bits && bits.ToString() is not ("4" or "8"))
                yield return new(name, $"'{bits}' is not 4 or 8");
        if (keys.IsOn("export_quantization_bit") && keys["export_quantization_dataset"] is null)
            yield return new("export_quantization_bit", "needs export_quantization_dataset");
    }

    private static IEnumerable<SettingFault> Others(GivenKeys keys, TrainingArguments a)
    {
        if (a.LoadBestModelAtEnd && a.SaveStrategy != "best")
        {
            if (a.EvaluationStrategy != a.SaveStrategy)
                yield return new("load_best_model_at_end", $"needs the same save_strategy ({a.SaveStrategy}) and eval_strategy "
                    + $"({a.EvaluationStrategy}), or save_strategy: best");
            else if (a.EvaluationStrategy == "steps" && !IsMultiple(a.SaveSteps, a.StepsPerEvaluation))
                yield return new("save_steps", FormattableString.Invariant(
                    $"{a.SaveSteps} must be a multiple of eval_steps ({a.StepsPerEvaluation}) with load_best_model_at_end"));
        }
        if (keys.IsOn("fp16_full_eval") && keys.IsOn("bf16_full_eval"))
            yield return new("fp16_full_eval", "cannot be used together with bf16_full_eval; give one of them");
        foreach (string medium in (string[])["image", "video"])
            if (Number(keys[$"{medium}_max_pixels"]) is { } most && Number(keys[$"{medium}_min_pixels"]) is { } least && most < least)
                yield return new($"{medium}_max_pixels", $"must not be below {medium}_min_pixels");
        if (Number(keys["dpo_label_smoothing"]) > 0 && a.Stage != "dpo" && keys["pref_loss"]?.Text is { } loss and not "sigmoid")
            yield return new("dpo_label_smoothing", $"is for pref_loss: sigmoid, not {loss}");
        if (keys.IsOn("predict_with_generate") && keys.IsOn("compute_accuracy"))
            yield return new("predict_with_generate", "cannot be used together with compute_accuracy; give one of them");
    }

    // Shares as numbers with a step of a millionth, as transformers compares them.
    private static bool IsMultiple(double save, double eval) => eval > 0 && (save < 1 || eval < 1
        ? Math.Round(save * 1e6) % Math.Round(eval * 1e6) == 0 : save % eval == 0);

    private static double? Number(ConfigurationValue? value) =>
        double.TryParse(value?.Number ?? value?.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : null;
}
