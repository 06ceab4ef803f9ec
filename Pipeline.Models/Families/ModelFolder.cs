using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models.Weights;
using static TorchSharp.torch;

namespace Pipeline.Models.Families;

/// <summary>Model folders as the hub lays them out: what lies beside the weights, and writing a whole one.</summary>
public static class ModelFolder
{
    private static readonly string[] Descriptions =
    [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "vocab.json", "merges.txt", "chat_template.json", "chat_template.jinja",
        "preprocessor_config.json", "processor_config.json", "LICENSE",
    ];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>Writes a model: configuration and tokenizer of <paramref name="source"/> with other weights.</summary>
    /// <param name="source">Model folder whose <c>config.json</c> and tokenizer describe the weights.</param>
    /// <param name="weights">Weights by hub name.</param>
    /// <param name="target">Folder to write, made if it is not there; may be <paramref name="source"/>.</param>
    /// <param name="dtype">Element type of the stored weights; <c>torch_dtype</c> of the new <c>config.json</c>.</param>
    /// <exception cref="InputException"><paramref name="source"/> has no <c>config.json</c>.</exception>
    public static void Save(string source, IEnumerable<KeyValuePair<string, Tensor>> weights, string target, ScalarType dtype)
    {
        string config = Path.Combine(source, "config.json");
        if (!File.Exists(config))
            throw new InputException($"{config}: no such file; a model is saved with the configuration and tokenizer of its source folder.");
        Directory.CreateDirectory(target);
        if (Path.GetFullPath(source) != Path.GetFullPath(target))
        {
            foreach (string name in Descriptions.Where(n => File.Exists(Path.Combine(source, n))))
                File.Copy(Path.Combine(source, name), Path.Combine(target, name), overwrite: true);
        }
        WriteDType(config, Path.Combine(target, "config.json"), dtype);
        SafetensorsWriter.WriteCheckpoint(target, weights, dtype);
    }

    /// <summary>Ids that end a generation, from <c>generation_config.json</c>, which goes before <c>config.json</c>.</summary>
    internal static IReadOnlyList<int> EndTokens(string folder, DecoderConfig config)
    {
        string file = Path.Combine(folder, "generation_config.json");
        if (!File.Exists(file))
            return config.EosTokenIds;
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            IReadOnlyList<int> ids = new ConfigObject(document.RootElement, file).Ints("eos_token_id");
            return ids.Count > 0 ? ids : config.EosTokenIds;
        }
        catch (JsonException e)
        {
            throw new InputException($"{file}: not valid JSON ({e.Message}); download the model again.", e);
        }
    }

    private static void WriteDType(string source, string target, ScalarType dtype)
    {
        JsonObject config = JsonNode.Parse(File.ReadAllText(source))?.AsObject()
            ?? throw new InputException($"{source}: expected a JSON object.");
        config.Remove("dtype");
        config["torch_dtype"] = dtype switch
        {
            ScalarType.Float32 => "float32",
            ScalarType.Float16 => "float16",
            ScalarType.BFloat16 => "bfloat16",
            _ => throw new ArgumentOutOfRangeException(nameof(dtype), dtype, "Weights are stored as float32, float16 or bfloat16."),
        };
        string temporary = target + ".tmp";
        File.WriteAllText(temporary, config.ToJsonString(Indented) + "\n");
        File.Move(temporary, target, overwrite: true);
    }
}
