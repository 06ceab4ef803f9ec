using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Tools.Starter.Language;

/// <summary>
/// Shape of the starter language model: Phi-4-mini made small, with every one of its features (fused projections,
/// grouped queries, partial rotary positions, longrope, tied embeddings).
/// </summary>
internal static class LanguageShape
{
    public const int VocabularySize = 4096, TrainedLength = 512, MaxLength = 2048;

    private const int HeadDim = 32, Heads = 5;
    private const double PartialRotary = 0.75;

    /// <summary>The <c>config.json</c>.</summary>
    /// <param name="endOfText">Id that ends a text; also padding.</param>
    /// <param name="endOfTurn">Id that ends an answer.</param>
    public static string ConfigJson(int endOfText, int endOfTurn)
    {
        int frequencies = (int)(HeadDim * PartialRotary) / 2;
        JsonObject config = new()
        {
            ["architectures"] = new JsonArray("Phi3ForCausalLM"),
            ["model_type"] = "phi3",
            ["vocab_size"] = VocabularySize,
            ["hidden_size"] = HeadDim * Heads,
            ["intermediate_size"] = 416,
            ["num_hidden_layers"] = 5,
            ["num_attention_heads"] = Heads,
            ["num_key_value_heads"] = 1,
            ["hidden_act"] = "silu",
            ["rms_norm_eps"] = 1e-5,
            ["rope_theta"] = 10000.0,
            ["partial_rotary_factor"] = PartialRotary,
            ["original_max_position_embeddings"] = TrainedLength,
            ["max_position_embeddings"] = MaxLength,
            ["rope_scaling"] = new JsonObject
            {
                ["type"] = "longrope",
                ["short_factor"] = Factors(frequencies, 1),
                // Slow rotations are stretched to the longer context, fast ones are left alone.
                ["long_factor"] = Factors(frequencies, (double)MaxLength / TrainedLength),
            },
            ["attention_bias"] = false,
            ["attention_dropout"] = 0.0,
            ["embd_pdrop"] = 0.0,
            ["resid_pdrop"] = 0.0,
            ["initializer_range"] = 0.04,
            ["sliding_window"] = null,
            ["tie_word_embeddings"] = true,
            ["bos_token_id"] = endOfText,
            ["eos_token_id"] = new JsonArray(endOfText, endOfTurn),
            ["pad_token_id"] = endOfText,
            ["torch_dtype"] = "bfloat16",
            ["use_cache"] = true,
        };
        return config.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) + "\n";
    }

    private static JsonArray Factors(int count, double last) =>
        [.. Enumerable.Range(0, count).Select(i => (JsonNode)Math.Round(Math.Pow(last, i / (count - 1.0)), 4))];
}
