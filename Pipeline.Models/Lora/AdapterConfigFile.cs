using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models.Files;

namespace Pipeline.Models.Lora;

/// <summary><c>adapter_config.json</c> with PEFT's keys.</summary>
internal static class AdapterConfigFile
{
    public const string FileName = "adapter_config.json";

    // PEFT options that change the result and are not computed here: anything but these values is refused. Null always means
    // that the option is off, as does an empty list where one is allowed.
    private static readonly (string Key, string[] Neutral)[] NotComputed =
    [
        ("bias", ["\"none\""]), ("lora_bias", ["false"]), ("modules_to_save", ["[]"]), ("fan_in_fan_out", ["false"]),
            ("layers_to_transform", ["[]"]),
        ("layer_replication", ["[]"]), ("exclude_modules", ["[]"]), ("target_parameters", ["[]"]), ("trainable_token_indices", ["[]"]),
        ("use_qalora", ["false"]), ("use_bdlora", []), ("alora_invocation_tokens", []), ("arrow_config", []), ("monteclora_config", []),
        ("velora_config", []), ("kasa_config", []),
        // The others (PiSSA, OLoRA, LoftQ, CorDA, …) change the base's weights before the adapter is added.
        ("init_lora_weights", ["true", "false", "\"gaussian\"", "\"orthogonal\"", "\"eva\""]),
    ];

    private const string AllLinear = "all-linear";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(string folder, LoraConfig config, string baseModel)
    {
        JsonObject json = new()
        {
            ["alpha_pattern"] = new JsonObject(config.AlphaPattern.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)Number(p.Value)))),
            ["auto_mapping"] = null,
            ["base_model_name_or_path"] = baseModel,
            ["bias"] = "none",
            ["fan_in_fan_out"] = false,
            ["inference_mode"] = true,
            ["init_lora_weights"] = true,
            ["layer_replication"] = null,
            ["layers_pattern"] = null,
            ["layers_to_transform"] = null,
            ["loftq_config"] = new JsonObject(),
            ["lora_alpha"] = Number(config.Alpha),
            ["lora_bias"] = false,
            ["lora_dropout"] = config.Dropout,
            ["megatron_config"] = null,
            ["megatron_core"] = "megatron.core",
            ["modules_to_save"] = null,
            ["peft_type"] = "LORA",
            ["r"] = config.Rank,
            ["rank_pattern"] = new JsonObject(config.RankPattern.Select(p =>
                KeyValuePair.Create(p.Key, (JsonNode?)JsonValue.Create(p.Value)))),
            ["revision"] = null,
            ["target_modules"] = config.TargetPattern is { } pattern
                ? JsonValue.Create(pattern)
                : new JsonArray([.. config.TargetModules.Select(t => (JsonNode)t)]),
            ["task_type"] = "CAUSAL_LM",
            ["use_dora"] = config.UseDora,
            ["use_rslora"] = config.UseRsLora,
        };
        DurableFiles.Replace(Path.Combine(folder, FileName), json.ToJsonString(Indented) + "\n");
    }

    /// <exception cref="InputException">
    /// The file is missing, not JSON, for another kind of adapter, or asks for something that is not computed.
    /// </exception>
    public static LoraConfig Read(string folder)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new InputException(
                $"{folder}: no {FileName}, so it is no adapter folder; give the output_dir of a training or a PEFT adapter");
        try
        {
            JsonNode json = JsonNode.Parse(File.ReadAllText(path)) ?? throw new JsonException("it is null");
            string? kind = (string?)json["peft_type"];
            if (kind != "LORA")
                throw new InputException($"{path}: peft_type is {kind ?? "missing"}; only LORA adapters can be used");
            foreach ((string key, string[] neutral) in NotComputed)
            {
                string found = json[key]?.ToJsonString() ?? "null";
                if (found != "null" && !neutral.Contains(found))
                    throw new InputException(
                        $"{path}: {key} is {found}, which is not computed by this version; only "
                        + $"{string.Join(", ", neutral.Append("null"))} is");
            }
            (IReadOnlyList<string> names, string? pattern) = ReadTargets(json["target_modules"], path);
            return new LoraConfig
            {
                Rank = (int?)json["r"] ?? throw new InputException($"{path}: r is missing"),
                Alpha = (double?)json["lora_alpha"] ?? throw new InputException($"{path}: lora_alpha is missing"),
                Dropout = (double?)json["lora_dropout"] ?? 0,
                UseRsLora = (bool?)json["use_rslora"] ?? false,
                UseDora = (bool?)json["use_dora"] ?? false,
                RankPattern = [.. Pairs(json["rank_pattern"]).Select(p => KeyValuePair.Create(p.Key, (int)p.Value!))],
                AlphaPattern = [.. Pairs(json["alpha_pattern"]).Select(p => KeyValuePair.Create(p.Key, (double)p.Value!))],
                TargetModules = names,
                TargetPattern = pattern,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InputException($"{path}: not readable as an adapter configuration: {e.Message}", e);
        }
    }

    private static (IReadOnlyList<string> Names, string? Pattern) ReadTargets(JsonNode? targets, string path) => targets switch
    {
        JsonArray names => ([.. names.Select(n => (string)n!)], null),
        JsonValue value when (string?)value is AllLinear => ([TargetModules.All], null),
        JsonValue value => ([], (string?)value),
        _ =>
            throw new InputException(
            $"{path}: target_modules is {targets?.ToJsonString() ?? "missing"}; only a list of names, a regular expression or "
            + $"\"{AllLinear}\" is read"),
    };

    private static JsonObject Pairs(JsonNode? patterns) => patterns?.AsObject() ?? [];

    // PEFT declares an integer, and most tools read one.
    private static JsonValue Number(double value) => value == Math.Floor(value) ? JsonValue.Create((long)value) : JsonValue.Create(value);
}
