using System.Text.Json.Nodes;
using Pipeline.Models.Families;
using Pipeline.Models.Weights;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Tests;

/// <summary>Tiny models of each family with a tokenizer that knows the control tokens of every chat template.</summary>
internal static class FamilyModels
{
    private const int Vocabulary = 640;

    private static readonly string[] Control =
    [
        "<s>", "</s>", "<|begin_of_text|>", "<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>", "<|eom_id|>",
        "<|im_start|>", "<|im_end|>", "<|im_sep|>",
    ];

    /// <summary>Writes a model folder.</summary>
    /// <param name="golden">Folder of the golden files whose shape it takes, for example <c>llama-tiny</c>.</param>
    /// <param name="folder">New folder.</param>
    /// <param name="jinja">Its own chat template, or null for none.</param>
    public static void Write(string golden, string folder, string? jinja)
    {
        string source = Path.Combine(GoldenFiles.Root, golden);
        Directory.CreateDirectory(folder);
        if (File.Exists(Path.Combine(source, "preprocessor_config.json")))
        {
            // Eyes cannot be made up as easily: weights and tokenizer as they are.
            foreach (string name in (string[])["config.json", "model.safetensors", "preprocessor_config.json", "tokenizer.json"])
                File.Copy(Path.Combine(source, name), Path.Combine(folder, name));
        }
        else
        {
            JsonObject config = JsonNode.Parse(File.ReadAllText(Path.Combine(source, "config.json")))!.AsObject();
            config["vocab_size"] = Vocabulary;
            foreach (string key in (string[])["eos_token_id", "pad_token_id", "bos_token_id"])
                config[key] = 504;
            File.WriteAllText(Path.Combine(folder, "config.json"), config.ToJsonString());
            WriteWeights(folder);
            WriteTokenizer(folder);
        }
        JsonObject roles = new() { ["eos_token"] = "<|endoftext|>" };
        if (golden is "llama-tiny" or "mistral-tiny")
            roles["bos_token"] = "<|begin_of_text|>";
        if (jinja is not null)
            roles["chat_template"] = jinja;
        File.WriteAllText(Path.Combine(folder, "tokenizer_config.json"), roles.ToJsonString());
    }

    private static void WriteWeights(string folder)
    {
        using DisposeScope scope = NewDisposeScope();
        using DecoderModel model = new(DecoderConfig.Load(folder), ScalarType.Float32, CPU);
        using Generator generator = new(3, CPU);
        model.InitializeWeights(generator);
        SafetensorsWriter.Write(Path.Combine(folder, "model.safetensors"), model.Weights());
    }

    private static void WriteTokenizer(string folder)
    {
        JsonObject tokenizer = JsonNode.Parse(
            File.ReadAllText(Path.Combine(GoldenFiles.Root, "tokenizers", "o200k-style", "tokenizer.json")))!.AsObject();
        JsonArray added = tokenizer["added_tokens"]!.AsArray();
        int next = added.Max(token => (int)token!["id"]!) + 1;
        foreach (string content in Control)
        {
            JsonNode token = added[0]!.DeepClone();
            (token["id"], token["content"]) = (next++, content);
            added.Add(token);
        }
        File.WriteAllText(Path.Combine(folder, "tokenizer.json"), tokenizer.ToJsonString());
    }
}
