namespace Pipeline.Models.Training;

/// <summary>From the text of a configuration to <see cref="TrainingArguments"/>, with every fault in one message.</summary>
internal static class TrainingArgumentsReader
{
    // The names that the original work's scripts and older versions of LLaMA-Factory use.
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["lora_r"] = "lora_rank",
        ["evaluation_strategy"] = "eval_strategy",
    };

    // How LLaMA-Factory does its work, not what it computes: they change nothing here.
    private static readonly HashSet<string> HostKeys = new(StringComparer.Ordinal)
    {
        "overwrite_cache", "preprocessing_num_workers", "dataloader_num_workers", "dataloader_pin_memory", "ddp_timeout",
        "trust_remote_code", "use_fast_tokenizer", "cache_dir", "flash_attn", "logging_dir", "logging_strategy", "do_train", "do_eval",
        "include_num_input_tokens_seen", "disable_gradient_checkpointing", "preprocessing_batch_size",
    };

    // They change the result (or what fits into memory) and are not computed by this version: refused unless off.
    private static readonly HashSet<string> NotComputed = new(StringComparer.Ordinal)
    {
        "quantization_bit", "fp16", "pure_bf16", "gradient_checkpointing", "packing", "neat_packing", "neftune_noise_alpha",
        "use_dora", "train_on_prompt", "mask_history", "group_by_length", "early_stopping_steps", "load_best_model_at_end",
        "loraplus_lr_ratio", "pissa_init", "use_galore", "use_badam", "use_unsloth", "enable_liger_kernel", "deepspeed", "fsdp",
        "streaming", "rope_scaling", "shift_attn", "additional_target", "lr_scheduler_kwargs", "report_to", "push_to_hub",
    };

    public static TrainingArguments Load(string path, IReadOnlyList<string> overrides)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: no readable training configuration there", e);
        }
        return Parse(text, path, overrides);
    }

    public static TrainingArguments Parse(string text, string source, IReadOnlyList<string> overrides)
    {
        var arguments = new TrainingArguments();
        var faults = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string given, ConfigurationValue value) in ConfigurationValue.ReadAll(text, source))
        {
            if (!seen.Add(Aliases.GetValueOrDefault(given, given)))
                faults.Add($"{given}: is given twice");
            AddFault(faults, Bind(arguments, given, value));
        }
        foreach (string pair in overrides)
        {
            string[] parts = pair.TrimStart('-').Split('=', 2);
            AddFault(faults, parts.Length == 2
                ? Bind(arguments, parts[0], ConfigurationValue.Of(parts[1]))
                : $"'{pair}': give overrides as key=value");
        }
        faults.AddRange(TrainingArgumentsRules.Faults(arguments));
        ThrowIfAny(faults, source);
        return arguments;
    }

    public static void ThrowIfAny(IReadOnlyList<string> faults, string source)
    {
        if (faults.Count == 1)
            throw new InputException($"{source}: {faults[0]}");
        if (faults.Count > 1)
            throw new InputException($"{source}: {faults.Count} faults:\n  - {string.Join("\n  - ", faults)}");
    }

    private static void AddFault(List<string> faults, string? fault)
    {
        if (fault is not null)
            faults.Add(fault);
    }

    private static string? Bind(TrainingArguments arguments, string given, ConfigurationValue value)
    {
        string name = Aliases.GetValueOrDefault(given, given);
        if (TrainingKey.All.FirstOrDefault(key => key.Name == name) is { } known)
            return known.Bind(arguments, value);
        if (HostKeys.Contains(name))
            return null;
        if (NotComputed.Contains(name))
            return IsOff(value) ? null : $"{name}: '{value.Text ?? string.Join(",", value.Items)}' is not computed by this version; take the key out";
        return $"{given}: unknown key; did you mean {Nearest(given)}?";
    }

    private static bool IsOff(ConfigurationValue value) =>
        value.IsList ? value.Items.Count == 0 : value.Text?.ToLowerInvariant() is null or "" or "false" or "no" or "off" or "none" or "0";

    private static string Nearest(string name) =>
        TrainingKey.All.Select(key => key.Name).Concat(NotComputed).Concat(HostKeys).MinBy(known => Distance(name, known))!;

    // Levenshtein's edit distance.
    private static int Distance(string a, string b)
    {
        int[] row = [.. Enumerable.Range(0, b.Length + 1)];
        for (int i = 1; i <= a.Length; i++)
        {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1));
                diagonal = above;
            }
        }
        return row[b.Length];
    }
}
