using System.Globalization;
using System.Text.Json;

namespace Pipeline.Models.Families;

/// <summary>
/// <c>config.json</c> to <see cref="DecoderConfig"/>. A value that would change the result and is not computed here is
/// an error naming its key: a model that runs wrongly is worse than one that does not run.
/// </summary>
internal static class DecoderConfigReader
{
    public static DecoderConfig Read(string json, string source)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowTrailingCommas = true });
        }
        catch (JsonException e)
        {
            throw new InputException($"{source}: not valid JSON ({e.Message}); download the model again.", e);
        }
        using (document)
        {
            var root = new ConfigObject(document.RootElement, source);
            ModelFamily family = root.String("model_type") switch
            {
                "phi3" => ModelFamily.Phi3,
                "llama" => ModelFamily.Llama,
                "qwen2" => ModelFamily.Qwen2,
                "qwen2_vl" => ModelFamily.Qwen2Vl,
                var other => throw root.Unsupported("model_type", other, "phi3, llama, qwen2 or qwen2_vl"),
            };
            if (root.Has("quantization_config"))
                throw root.Unsupported("quantization_config", "present", "float32, float16 or bfloat16 weights: use the unquantized model");
            // Newer files nest the language model of a vision model; older ones are flat.
            ConfigObject text = root.Has("text_config") ? root.Object("text_config") : root;
            return ReadText(text, root, family);
        }
    }

    private static DecoderConfig ReadText(ConfigObject text, ConfigObject root, ModelFamily family)
    {
        RequireWhatIsComputed(text);
        int heads = text.Positive("num_attention_heads");
        int hidden = text.Positive("hidden_size");
        int keyHeads = text.OptionalInt("num_key_value_heads") ?? heads;
        if (keyHeads <= 0 || heads % keyHeads != 0)
            throw text.Unsupported("num_key_value_heads", $"{keyHeads}", $"a divisor of num_attention_heads ({heads})");
        if (!text.Has("head_dim") && hidden % heads != 0)
            throw text.Unsupported("num_attention_heads", $"{heads}", $"a divisor of hidden_size ({hidden})");
        int headSize = text.Has("head_dim") ? text.Positive("head_dim") : hidden / heads;
        int maxPositions = text.Positive("max_position_embeddings");
        return new DecoderConfig
        {
            Family = family,
            HiddenSize = hidden,
            IntermediateSize = text.Positive("intermediate_size"),
            NumHiddenLayers = text.Positive("num_hidden_layers"),
            NumAttentionHeads = heads,
            NumKeyValueHeads = keyHeads,
            HeadDim = headSize,
            VocabSize = text.Positive("vocab_size"),
            MaxPositionEmbeddings = maxPositions,
            RmsNormEps = text.Double("rms_norm_eps"),
            Rope = RopeConfigReader.Read(text, family, headSize, maxPositions),
            TieWordEmbeddings = text.OptionalBool("tie_word_embeddings") ?? root.OptionalBool("tie_word_embeddings") ?? false,
            SlidingWindow = family == ModelFamily.Phi3 && text.OptionalInt("sliding_window") is { } window && window < maxPositions ? window : null,
            InitializerRange = text.OptionalDouble("initializer_range") ?? 0.02,
            EosTokenIds = text.Has("eos_token_id") ? text.Ints("eos_token_id") : root.Ints("eos_token_id"),
            BosTokenId = text.OptionalInt("bos_token_id"),
            PadTokenId = text.OptionalInt("pad_token_id"),
        };
    }

    private static void RequireWhatIsComputed(ConfigObject text)
    {
        text.Require("hidden_act", "silu");
        foreach (string bias in new[] { "attention_bias", "mlp_bias", "lm_head_bias" })
            text.Require(bias, false);
        text.Require("use_sliding_window", false);
        foreach (string dropout in new[] { "attention_dropout", "resid_pdrop", "embd_pdrop" })
            if (text.OptionalDouble(dropout) is { } rate and not 0)
                throw text.Unsupported(dropout, rate.ToString(CultureInfo.InvariantCulture), "0");
        foreach (string split in new[] { "pretraining_tp", "full_attn_mod", "interpolate_factor" })
            text.Require(split, 1);
        if (text.Strings("layer_types").FirstOrDefault(t => t != "full_attention") is { } kind)
            throw text.Unsupported("layer_types", kind, "full_attention in every layer");
    }
}
