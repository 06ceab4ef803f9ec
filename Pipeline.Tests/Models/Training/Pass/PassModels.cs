using Pipeline.Models.Datasets;
using Pipeline.Models.Families;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Training.Pass;

/// <summary>Small random models of each family, with widths that are no multiples of a vector among them.</summary>
internal static class PassModels
{
    public static IReadOnlyList<string> Names { get; } =
        ["phi3", "phi3-window", "phi3-longrope", "llama", "llama-bias", "qwen2", "mistral", "qwen3"];

    public static DecoderModel Create(string name, ScalarType type, int? quantizationBits = null)
    {
        DecoderModel model = new(DecoderConfig.Parse(Json(name), name), type, CPU, quantizationBits);
        using Generator generator = new(5);
        model.InitializeWeights(generator);
        // Fresh biases and norms change nothing: a way back without them would look right.
        using IDisposable noGrad = no_grad();
        foreach ((string weight, Tensor values) in model.Weights())
        {
            if (weight.EndsWith(".bias", StringComparison.Ordinal))
                values.normal_(0, 0.1, generator);
            else if (weight.EndsWith("norm.weight", StringComparison.Ordinal))
                values.uniform_(0.5, 1.5, generator);
        }
        return model;
    }

    /// <summary>Random examples of the given lengths, the first third of each a prompt.</summary>
    public static TokenizedExample[] Examples(DecoderConfig config, params int[] lengths)
    {
        Random random = new(11);
        return [.. lengths.Select(length =>
        {
            int[] ids = [.. Enumerable.Range(0, length).Select(_ => random.Next(config.VocabSize))];
            return new TokenizedExample(ids, [.. ids.Select((id, i) => i < length / 3 ? TokenizedExample.Ignored : id)]);
        })];
    }

    private static string Json(string name)
    {
        const string Shape = """
            "hidden_size": 72, "intermediate_size": 100, "num_hidden_layers": 2, "num_attention_heads": 6, "num_key_value_heads": 2,
            "vocab_size": 211, "max_position_embeddings": 2048, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "hidden_act": "silu", "initializer_range": 0.1
            """;
        return name switch
        {
            "phi3" => $$"""{ "model_type": "phi3", {{Shape}}, "original_max_position_embeddings": 2048, "tie_word_embeddings": true }""",
            "phi3-window" => $$"""
                { "model_type": "phi3", {{Shape}}, "original_max_position_embeddings": 2048, "tie_word_embeddings": false,
                  "sliding_window": 24 }
                """,
            "phi3-longrope" => $$"""
                { "model_type": "phi3", {{Shape}}, "original_max_position_embeddings": 64, "tie_word_embeddings": true,
                  "rope_scaling": { "type": "longrope", "short_factor": [1, 1.1, 1.2, 1.3, 1.4, 1.5], "long_factor": [2, 2.5, 3, 3.5, 4, 4.5] } }
                """,
            "llama" => $$"""{ "model_type": "llama", {{Shape}}, "tie_word_embeddings": false }""",
            "llama-bias" => $$"""{ "model_type": "llama", {{Shape}}, "attention_bias": true, "mlp_bias": true }""",
            "mistral" => $$"""{ "model_type": "mistral", {{Shape}}, "head_dim": 16, "sliding_window": 24 }""",
            "qwen3" => $$"""{ "model_type": "qwen3", {{Shape}}, "head_dim": 20, "tie_word_embeddings": true }""",
            "qwen2" => $$"""{ "model_type": "qwen2", {{Shape}}, "tie_word_embeddings": true }""",
            _ => throw new ArgumentException(name, nameof(name)),
        };
    }
}
