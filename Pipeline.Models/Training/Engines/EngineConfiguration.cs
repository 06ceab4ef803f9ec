using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models.Runtime.Python;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Models.Training.Engines;

/// <summary>
/// The configuration of a training as another program takes it: LLaMA-Factory's YAML, with nothing in it that it does not know.
/// </summary>
public static class EngineConfiguration
{
    // The keys without effect here that whoever starts a training may give: they say how fast, not what is read, run or reported where.
    private static readonly HashSet<string> HandedOn = new(StringComparer.Ordinal)
    {
        "average_tokens_across_devices", "ddp_broadcast_buffers", "ddp_bucket_cap_mb", "ddp_find_unused_parameters", "ddp_timeout",
            "dataloader_pin_memory",
        "enable_liger_kernel", "flash_attn", "full_determinism", "include_num_input_tokens_seen", "low_cpu_mem_usage", "overwrite_cache",
        "torch_compile", "upcast_layernorm",
        "upcast_lmhead_output", "use_fast_tokenizer", "use_liger_kernel", "use_reentrant_gc", "use_unsloth", "use_unsloth_gc",
    };

    // Where figures are sent, which the built-in training computes and the operator of another program decides.
    private static readonly string[] Reports = ["report_to", "logging_dir"];

    // Filled in by the run or by this class.
    private static readonly string[] RunsOwn =
        ["model_name_or_path", "dataset", "eval_dataset", "dataset_dir", "output_dir", "resume_from_checkpoint", "overwrite_output_dir",
        "val_size", "stage", "finetuning_type",
        "do_train", "do_eval"];

    /// <summary>
    /// What is wrong with keys for a training by another program, beyond what <see cref="TrainingArguments.Parse"/> finds.
    /// </summary>
    /// <param name="given">Keys and values as they were given.</param>
    /// <param name="operatorSection">Where the operator gives keys to the program, for messages.</param>
    public static IReadOnlyList<SettingFault> Faults(IReadOnlyDictionary<string, JsonElement> given, string operatorSection)
    {
        ArgumentNullException.ThrowIfNull(given);
        List<SettingFault> faults = [];
        foreach ((string key, JsonElement value) in given)
        {
            string name = ForeignKeys.NameOf(key);
            string text = value.ToString();
            if (name == "device" && text != "auto")
                faults.Add(new(key, $"'{text}' is a key of this product alone; take it out, the engine knows its devices"));
            else if (IsRetention(name) && !(name == "retention" && text == "none"))
                faults.Add(new(key, "is computed by the built-in training alone; take it out, or use no engine"));
            else if (Reports.Contains(name) && text is not ("none" or ""))
                faults.Add(
                    new(key, $"is for the operator of the engine to decide; take it out, or have it set as {operatorSection}:{name}"));
            else if (name == "logging_strategy" && text == "no")
                faults.Add(new(key, $"'no' would leave nothing of the training to see; take it out"));
            else if (ForeignKeys.IsAccepted(name) && !HandedOn.Contains(name) && !RunsOwn.Contains(name))
                faults.Add(
                    new(key, $"is for the operator of the engine to decide; take it out, or have it set as {operatorSection}:{name}"));
        }
        return faults;
    }

    /// <summary>What is wrong with a key that the operator gives to a program; null for nothing.</summary>
    public static string? OperatorFault(string key)
    {
        string name = ForeignKeys.NameOf(key);
        return RunsOwn.Contains(name) ? $"{key}: is filled in by each run; take it out"
            : TrainingKey.All.Any(known => known.Name == name && !Reports.Contains(name))
            ? $"{key}: belongs into the training settings of a run; take it out"
            : null;
    }

    /// <summary>Writes the YAML.</summary>
    /// <param name="arguments">What the training does. Keys that have LLaMA-Factory's default are left out, unless they were given.</param>
    /// <param name="given">Keys and values as they were given.</param>
    /// <param name="template">Chat template, in LLaMA-Factory's words.</param>
    /// <param name="operators">Keys that the operator of the program decides; they win.</param>
    public static string Write(
        TrainingArguments arguments, IReadOnlyDictionary<string, JsonElement> given, string template, IReadOnlyDictionary<string,
        JsonNode?> operators)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(operators);
        SortedDictionary<string, string> lines = new(StringComparer.Ordinal);
        HashSet<string> named = [.. given.Keys.Select(ForeignKeys.NameOf), .. arguments.Describe()
            .Except(new TrainingArguments().Describe()).Select(key => key.Key)];
        foreach (TrainingKey key in TrainingKey.All.Where(key => named.Contains(key.Name)))
            // elsewhere a whole number
            lines[key.Name] = Text(key.Name == "lora_alpha" && arguments.LoraAlpha is { } alpha && alpha == (int)alpha
                ? (int)alpha : WholeSteps(key, key.ValueIn(arguments)));
        foreach ((string key, JsonElement value) in given.Where(key => HandedOn.Contains(key.Key)))
            lines[key] = Text(JsonNode.Parse(value.GetRawText()));
        foreach (string own in lines.Keys.Where(key => key is "device" or "use_cpu" or "logging_dir" || IsRetention(key)).ToArray())
            lines.Remove(own);
        lines["stage"] = Text(arguments.Stage);
        lines["do_train"] = Text(true);
        lines["finetuning_type"] = Text("lora");
        lines["template"] = Text(template);
        lines["report_to"] = Text("none");
        if (arguments.EvalDataset.Count > 0)
        {
            lines["do_eval"] = Text(true);
            lines["eval_strategy"] = Text(arguments.EvaluationStrategy);
        }
        foreach ((string key, JsonNode? value) in operators)
            lines[key] = Text(value);
        return string.Concat(lines.Where(line => line.Value.Length > 0).Select(line => $"{line.Key}: {line.Value}\n"));
    }

    // Older programs take a whole number of steps only as such.
    private static object? WholeSteps(TrainingKey key, object? value) =>
        key.Name.EndsWith("_steps", StringComparison.Ordinal) && value is double steps && steps == Math.Floor(steps) ? (int)steps : value;

    private static bool IsRetention(string key) => key.StartsWith("retention", StringComparison.Ordinal);

    // A key without a value is left out.
    private static string Text(object? value) => value switch
    {
        null => "",
        bool flag => flag ? "true" : "false",
        int whole => whole.ToString(CultureInfo.InvariantCulture),
        double number => Number(number),
        string text => JsonSerializer.Serialize(text),
        IReadOnlyList<string> { Count: 0 } => "",
        IReadOnlyList<string> names => JsonSerializer.Serialize(string.Join(',', names)),
        IReadOnlyDictionary<string, string> { Count: 0 } => "",
        IReadOnlyDictionary<string, string> map =>
            $"{{{string.Join(", ", map.Select(pair => $"{JsonSerializer.Serialize(pair.Key)}: {Scalar(pair.Value)}"))}}}",
        JsonObject map => $"{{{string.Join(", ", map.Select(pair => $"{JsonSerializer.Serialize(pair.Key)}: {Text(pair.Value)}"))}}}",
        JsonArray items => $"[{string.Join(", ", items.Select(Text))}]",
        JsonValue single when single.GetValueKind() == JsonValueKind.String => Text((string)single!),
        JsonValue single => Scalar(single.ToJsonString()),
        _ => throw new NotSupportedException($"a value of type {value.GetType().Name}"),
    };

    private static string Scalar(string text) => text switch
    {
        "true" or "false" or "null" => text,
        _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) =>
            whole.ToString(CultureInfo.InvariantCulture),
        _ when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) =>
            Number(number),
        _ => JsonSerializer.Serialize(text),
    };

    // YAML 1.1, which Python's reader follows, takes 5e-05 for a text: a float has a point, and its exponent a sign.
    private static string Number(double value)
    {
        string text = PythonFloat.Text(value);
        int exponent = text.IndexOf('e', StringComparison.Ordinal);
        return exponent < 0 || text.Contains('.', StringComparison.Ordinal)
            ? text : new StringBuilder(text).Insert(exponent, ".0").ToString();
    }
}
