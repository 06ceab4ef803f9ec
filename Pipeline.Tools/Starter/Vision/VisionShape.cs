using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models.Text;
using Pipeline.Models.Vision;

namespace Pipeline.Tools.Starter.Vision;

/// <summary>Shape of the starter vision-language model: Qwen2-VL made small, with every one of its features.</summary>
internal static class VisionShape
{
    public const int MaxPixels = 224 * 224, MinPixels = 28 * 28 * 36, MaxLength = 1024, LargestVocabulary = 1024;

    private const int HiddenSize = 128;
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>What <see cref="PreprocessorJson"/> says, as the preprocessor reads it.</summary>
    public static PreprocessorConfig Preprocessor { get; } = new() { MinPixels = MinPixels, MaxPixels = MaxPixels };

    /// <summary>The <c>config.json</c>.</summary>
    public static string ConfigJson(HubTokenizer tokenizer)
    {
        int Id(string token) => tokenizer.TokenToId(token)!.Value;
        JsonObject config = new()
        {
            ["architectures"] = new JsonArray("Qwen2VLForConditionalGeneration"),
            ["model_type"] = "qwen2_vl",
            ["vocab_size"] = tokenizer.VocabSize,
            ["hidden_size"] = HiddenSize,
            ["intermediate_size"] = 352,
            ["num_hidden_layers"] = 3,
            ["num_attention_heads"] = 4,
            ["num_key_value_heads"] = 2,
            ["hidden_act"] = "silu",
            ["rms_norm_eps"] = 1e-6,
            ["rope_theta"] = 10000.0,
            ["rope_scaling"] = new JsonObject { ["type"] = "mrope", ["mrope_section"] = new JsonArray(4, 6, 6) },
            ["max_position_embeddings"] = MaxLength,
            ["attention_dropout"] = 0.0,
            ["initializer_range"] = 0.04,
            ["use_sliding_window"] = false,
            ["tie_word_embeddings"] = true,
            ["bos_token_id"] = Id("<|endoftext|>"),
            ["eos_token_id"] = Id("<|im_end|>"),
            ["pad_token_id"] = Id("<|endoftext|>"),
            ["vision_start_token_id"] = Id("<|vision_start|>"),
            ["vision_end_token_id"] = Id("<|vision_end|>"),
            ["vision_token_id"] = Id("<|vision_pad|>"),
            ["image_token_id"] = Id("<|image_pad|>"),
            ["video_token_id"] = Id("<|video_pad|>"),
            ["torch_dtype"] = "bfloat16",
            ["use_cache"] = true,
            ["vision_config"] = new JsonObject
            {
                ["depth"] = 3,
                ["embed_dim"] = 96,
                ["num_heads"] = 3,
                ["mlp_ratio"] = 3,
                ["hidden_size"] = HiddenSize,
                ["in_channels"] = 3,
                ["in_chans"] = 3,
                ["patch_size"] = 14,
                ["spatial_merge_size"] = 2,
                ["spatial_patch_size"] = 14,
                ["temporal_patch_size"] = 2,
                ["hidden_act"] = "quick_gelu",
            },
        };
        return config.ToJsonString(Indented) + "\n";
    }

    /// <summary>The <c>preprocessor_config.json</c>.</summary>
    public static string PreprocessorJson()
    {
        PreprocessorConfig defaults = new();
        JsonObject config = new()
        {
            ["min_pixels"] = MinPixels,
            ["max_pixels"] = MaxPixels,
            ["patch_size"] = defaults.PatchSize,
            ["temporal_patch_size"] = defaults.TemporalPatchSize,
            ["merge_size"] = defaults.MergeSize,
            ["image_mean"] = new JsonArray([.. defaults.ImageMean.Select(mean => (JsonNode)mean)]),
            ["image_std"] = new JsonArray([.. defaults.ImageStd.Select(deviation => (JsonNode)deviation)]),
            ["image_processor_type"] = "Qwen2VLImageProcessor",
            ["processor_class"] = "Qwen2VLProcessor",
        };
        return config.ToJsonString(Indented) + "\n";
    }
}
