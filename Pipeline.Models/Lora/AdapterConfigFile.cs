using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Models.Lora;

/// <summary><c>adapter_config.json</c> with PEFT's keys.</summary>
internal static class AdapterConfigFile
{
    public const string FileName = "adapter_config.json";

    // What PEFT may ask for that changes the result and is not computed here: anything but these values is refused.
    private static readonly (string Key, string Neutral)[] NotComputed =
    [
        ("use_dora", "false"), ("bias", "\"none\""), ("lora_bias", "false"), ("modules_to_save", "null"), ("rank_pattern", "{}"),
        ("alpha_pattern", "{}"), ("fan_in_fan_out", "false"), ("layers_to_transform", "null"), ("layer_replication", "null"),
        ("exclude_modules", "null"), ("target_parameters", "null"), ("trainable_token_indices", "null"), ("use_qalora", "false"),
        ("use_bdlora", "null"), ("alora_invocation_tokens", "null"), ("arrow_config", "null"), ("monteclora_config", "null"),
        ("velora_config", "null"),
    ];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(string folder, LoraConfig config, string baseModel)
    {
        var json = new JsonObject
        {
            ["alpha_pattern"] = new JsonObject(),
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
            // PEFT declares an integer, and most tools read one.
            ["lora_alpha"] = config.Alpha == Math.Floor(config.Alpha) ? JsonValue.Create((long)config.Alpha) : JsonValue.Create(config.Alpha),
            ["lora_bias"] = false,
            ["lora_dropout"] = config.Dropout,
            ["megatron_config"] = null,
            ["megatron_core"] = "megatron.core",
            ["modules_to_save"] = null,
            ["peft_type"] = "LORA",
            ["r"] = config.Rank,
            ["rank_pattern"] = new JsonObject(),
            ["revision"] = null,
            ["target_modules"] = new JsonArray([.. config.TargetModules.Select(t => (JsonNode)t)]),
            ["task_type"] = "CAUSAL_LM",
            ["use_dora"] = false,
            ["use_rslora"] = config.UseRsLora,
        };
        File.WriteAllText(Path.Combine(folder, FileName), json.ToJsonString(Indented) + "\n");
    }

    /// <exception cref="InputException">The file is missing, no JSON, of another kind of adapter, or asks for what is not computed.</exception>
    public static LoraConfig Read(string folder, out string? baseModel)
    {
        string path = Path.Combine(folder, FileName);
        if (!File.Exists(path))
            throw new InputException($"{folder}: no {FileName}, so it is no adapter folder; give the output_dir of a training or a PEFT adapter");
        try
        {
            JsonNode json = JsonNode.Parse(File.ReadAllText(path)) ?? throw new JsonException("it is null");
            string? kind = (string?)json["peft_type"];
            if (kind != "LORA")
                throw new InputException($"{path}: peft_type is {kind ?? "missing"}; only LORA adapters can be used");
            foreach ((string key, string neutral) in NotComputed)
            {
                string found = json[key]?.ToJsonString() ?? "null";
                if (json.AsObject().ContainsKey(key) && found != neutral && found != "null")
                    throw new InputException($"{path}: {key} is {found}, which is not computed by this version; only {neutral} is");
            }
            baseModel = (string?)json["base_model_name_or_path"];
            return new LoraConfig
            {
                Rank = (int?)json["r"] ?? throw new InputException($"{path}: r is missing"),
                Alpha = (double?)json["lora_alpha"] ?? throw new InputException($"{path}: lora_alpha is missing"),
                Dropout = (double?)json["lora_dropout"] ?? 0,
                UseRsLora = (bool?)json["use_rslora"] ?? false,
                TargetModules = ReadTargets(json["target_modules"], path),
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            throw new InputException($"{path}: not readable as an adapter configuration: {e.Message}", e);
        }
    }

    private static IReadOnlyList<string> ReadTargets(JsonNode? targets, string path) => targets switch
    {
        JsonArray names => [.. names.Select(n => (string)n!)],
        JsonValue value when (string?)value is "all-linear" => [TargetModules.All],
        _ => throw new InputException($"{path}: target_modules is {targets?.ToJsonString() ?? "missing"}; only a list of names or \"all-linear\" is read"),
    };
}
