using System.Globalization;
using Pipeline.Models.Datasets;
using Pipeline.Models.Datasets.Declared;
using Pipeline.Models.Text;
using Pipeline.Models.Training.Optimization;

namespace Pipeline.Models.Training.Configuration;

/// <summary>Rules that a training run's arguments must satisfy, key by key and between keys.</summary>
internal static class TrainingArgumentsRules
{
    public static IReadOnlyList<SettingFault> Faults(TrainingArguments a)
    {
        List<SettingFault> faults = [.. TrainingKey.All.Select(key => key.Check(a)).OfType<SettingFault>()];
        if (a.ModelNameOrPath.Length == 0)
            faults.Add(new("model_name_or_path", "is missing; give the folder of the base model"));
        if (a.OutputDir.Length == 0)
            faults.Add(new("output_dir", "is missing; give a folder for the adapter and its logs"));
        if (a.LoraTarget.Count == 0)
            faults.Add(new("lora_target", "names no module; use all, or names such as qkv_proj, o_proj"));
        if (a.MaxSteps == 0)
            faults.Add(new("max_steps", "0 trains nothing; use 1 or more, or -1 to follow num_train_epochs"));
        if (a.Template is not null && !ChatTemplate.Names.Contains(a.Template))
            faults.Add(new("template",
                $"'{a.Template}' is not known; use one of {string.Join(", ", ChatTemplate.Names.Order(StringComparer.Ordinal))}"));
        if (a.SaveOnlyModel && a.ResumeFromCheckpoint is not null and not "false")
            faults.Add(new("resume_from_checkpoint", "checkpoints made with save_only_model hold no optimizer to go on from"));
        if (a.Bf16 && a.Fp16)
            faults.Add(new("fp16", "cannot be used together with bf16; give one of them"));
        if (a.GradientCheckpointing && a.DisableGradientCheckpointing)
            faults.Add(new("disable_gradient_checkpointing", "contradicts gradient_checkpointing; give one of them"));
        if (a.TrainOnPrompt && a.MaskHistory)
            faults.Add(new("mask_history", "cannot be used together with train_on_prompt; give one of them"));
        if (a.ByLength && a.InOrder)
            faults.Add(new("group_by_length", "cannot be used together with disable_shuffling; give one of them"));
        if (a.ToolFormat is { } format && !ToolFormats.Contains(format))
            faults.Add(new("tool_format", $"'{format}' is not computed; use one of {string.Join(", ", ToolFormats)}"));
        if (a.UseCpu && a.Device is not ("auto" or "cpu"))
            faults.Add(new("use_cpu", $"contradicts device: {a.Device}; give one of them"));
        if (a.Stage == "pt" && (a.TrainOnPrompt || a.MaskHistory || a.NeatPacking))
            faults.Add(new(a.TrainOnPrompt ? "train_on_prompt" : a.MaskHistory ? "mask_history" : "neat_packing",
                "is for stage: sft; take it out, or take stage out"));
        faults.AddRange(StepFaults(a));
        faults.AddRange(MixFaults(a));
        faults.AddRange(RetentionFaults(a));
        faults.AddRange(EvaluationFaults(a));
        faults.AddRange(LearningRateSchedule.Faults(a));
        return faults;
    }

    private static IEnumerable<string> ToolFormats => Text.Tools.ToolFormat.Names;

    // A share of all steps, or a whole number of them.
    private static IEnumerable<SettingFault> StepFaults(TrainingArguments a)
    {
        foreach ((string key, double? steps) in (IEnumerable<(string, double?)>)[("logging_steps", a.LoggingSteps),
            ("save_steps", a.SaveSteps), ("eval_steps", a.EvalSteps), ("warmup_steps", a.WarmupSteps)])
        {
            if (steps == 0 && key != "warmup_steps")
                yield return new(key, "0 is out of range; give a number of steps from 1, or a share of all below 1");
            else if (steps > 1 && steps != Math.Floor(steps.Value))
                yield return new(key, FormattableString.Invariant($"{steps} is neither a share below 1 nor a whole number of steps"));
        }
    }

    private static IEnumerable<SettingFault> MixFaults(TrainingArguments a)
    {
        bool isKnown = RowChoice.MixStrategies.Contains(a.MixStrategy), hasSeveral = a.Dataset.Count > 1 || a.EvalDataset.Count > 1;
        if (!isKnown && hasSeveral)
            yield return new("mix_strategy", $"'{a.MixStrategy}' is not computed; use {string.Join(" or ", RowChoice.MixStrategies)}");
        if (a.InterleaveProbs.Count == 0)
            yield break;
        if (a.MixStrategy == "concat")
            yield return new("interleave_probs", "is for an interleaving mix_strategy; take it out, or use another mix_strategy");
        int wrong = new[] { a.Dataset.Count, a.EvalDataset.Count }.FirstOrDefault(count => count > 0 && count != a.InterleaveProbs.Count);
        if (wrong > 0)
            yield return new("interleave_probs", $"has {a.InterleaveProbs.Count} numbers for {wrong} datasets; give one for each");
        if (a.InterleaveProbs.Any(share => !double.TryParse(share, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            || !(number > 0) || !double.IsFinite(number)))
            yield return new("interleave_probs", $"'{string.Join(",", a.InterleaveProbs)}' must be numbers above 0");
    }

    private static IEnumerable<SettingFault> RetentionFaults(TrainingArguments a)
    {
        if (a.RetentionWeight is not null && !a.HoldsToBase)
            yield return new("retention_weight", $"has no effect with retention: {a.Retention}; take it out, or use retention: kl");
        const string off = "has no effect without retention; take it out, or use retention: kl (or replay)";
        if (a.Retention == "none" && a.RetentionShare is not null)
            yield return new("retention_share", off);
        if (a.Retention == "none" && a.RetentionDataset is not null)
            yield return new("retention_dataset", off);
        if (a.Retention == "none" && a.RetentionLanguages.Count > 0)
            yield return new("retention_languages", off);
        if (a.RetentionDataset is not null && a.RetentionLanguages.Count > 0)
            yield return new("retention_languages", "choose from the product's set; they cannot be used together with retention_dataset");
        string[] unknown = [.. a.RetentionLanguages.Except(GeneralText.Languages)];
        if (unknown.Length > 0)
            yield return new("retention_languages",
                $"{string.Join(", ", unknown)}: the product's set has {string.Join(", ", GeneralText.Languages)}");
        if (a.RetentionDataset is { } file && !File.Exists(file))
            yield return new("retention_dataset", $"there is no file {file}; give a JSON, JSON Lines or text file");
    }

    private static IEnumerable<SettingFault> EvaluationFaults(TrainingArguments a)
    {
        if (a.ValSize >= 1 && a.ValSize != Math.Floor(a.ValSize))
            yield return new("val_size",
                FormattableString.Invariant($"{a.ValSize} is neither a fraction below 1 nor a whole number of examples"));
        if (a.ValSize > 0 && a.EvalDataset.Count > 0)
            yield return new("val_size", "cannot be used together with eval_dataset; give one of them");
        if (a.EvalStrategy is "steps" or "epoch" && a.ValSize == 0 && a.EvalDataset.Count == 0)
            yield return new("eval_strategy", $"'{a.EvalStrategy}' needs examples; give val_size or eval_dataset");
        bool evaluates = a.EvaluationStrategy != "no" && (a.ValSize > 0 || a.EvalDataset.Count > 0);
        const string need = "needs evaluations during the training; give eval_steps (or eval_strategy) and val_size (or eval_dataset)";
        if (a.LoadBestModelAtEnd && !evaluates)
            yield return new("load_best_model_at_end", need);
        if (a.LoadBestModelAtEnd && a.SaveStrategy == "no")
            yield return new("load_best_model_at_end", "needs checkpoints; use another save_strategy than no");
        if (a.SaveStrategy == "best" && !evaluates)
            yield return new("save_strategy", $"'best' {need}");
        if (a.EarlyStoppingSteps is not null && !evaluates)
            yield return new("early_stopping_steps", need);
    }
}
