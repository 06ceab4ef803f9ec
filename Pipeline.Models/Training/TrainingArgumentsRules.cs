using Pipeline.Models.Text;

namespace Pipeline.Models.Training;

/// <summary>What must hold of a training's arguments, key by key and between keys.</summary>
internal static class TrainingArgumentsRules
{
    public static IReadOnlyList<string> Faults(TrainingArguments a)
    {
        List<string> faults = [.. TrainingKey.All.Select(key => key.Check(a)).OfType<string>()];
        if (a.ModelNameOrPath.Length == 0)
            faults.Add("model_name_or_path: is missing; give the folder of the base model");
        if (a.OutputDir.Length == 0)
            faults.Add("output_dir: is missing; give a folder for the adapter and its logs");
        if (a.LoraTarget.Count == 0)
            faults.Add("lora_target: names no module; use all, or names such as qkv_proj, o_proj");
        if (a.MaxSteps == 0)
            faults.Add("max_steps: 0 trains nothing; use 1 or more, or -1 to follow num_train_epochs");
        if (a.ValSize >= 1 && a.ValSize != Math.Floor(a.ValSize))
            faults.Add(FormattableString.Invariant($"val_size: {a.ValSize} is neither a fraction below 1 nor a whole number of examples"));
        if (a.ValSize > 0 && a.EvalDataset.Count > 0)
            faults.Add("val_size: cannot be used together with eval_dataset; give one of them");
        if (a.EvalStrategy is "steps" or "epoch" && a.ValSize == 0 && a.EvalDataset.Count == 0)
            faults.Add($"eval_strategy: '{a.EvalStrategy}' needs examples; give val_size or eval_dataset");
        if (a.Template is not null && !ChatTemplate.Names.Contains(a.Template))
            faults.Add($"template: '{a.Template}' is not known; use one of {string.Join(", ", ChatTemplate.Names.Order(StringComparer.Ordinal))}");
        if (a.SaveOnlyModel && a.ResumeFromCheckpoint is not null and not "false")
            faults.Add("resume_from_checkpoint: checkpoints made with save_only_model hold no optimizer to go on from");
        return faults;
    }
}
