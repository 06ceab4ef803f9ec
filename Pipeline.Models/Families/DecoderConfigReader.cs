using System.Globalization;
using System.Text.Json;

namespace Pipeline.Models.Families;

/// <summary>
/// <c>config.json</c> to <see cref="DecoderConfig"/>, by what the model's <see cref="FamilySpec"/> allows. A value that would
/// change the result and is not computed here is an error naming its key: a model that runs wrongly is worse than one that
/// does not run.
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
            ConfigObject root = new(document.RootElement, source);
            string modelType = root.String("model_type");
            FamilySpec family = ModelFamilies.Find(modelType)
                ?? throw root.Unsupported("model_type", modelType, string.Join(", ", ModelFamilies.All.Select(f => f.ModelType)));
            if (root.Has("quantization_config"))
                throw root.Unsupported("quantization_config", "present", "float32, float16 or bfloat16 weights: use the unquantized model");
            // Newer files nest the language model of a vision model; older ones are flat.
            ConfigObject text = root.Has("text_config") ? root.Object("text_config") : root;
            return ReadText(text, root, family);
        }
    }

    private static DecoderConfig ReadText(ConfigObject text, ConfigObject root, FamilySpec family)
    {
        RequireWhatIsComputed(text);
        int heads = text.Positive("num_attention_heads");
        int hidden = text.Positive("hidden_size");
        // A null in the file means as many as query heads; a missing key means the default of the family's reference.
        int? missing = text.Names("num_key_value_heads") ? null : family.DefaultKeyValueHeads;
        int keyHeads = text.OptionalInt("num_key_value_heads") ?? missing ?? heads;
        if (keyHeads <= 0 || heads % keyHeads != 0)
            throw text.Unsupported("num_key_value_heads", $"{keyHeads}", $"a divisor of num_attention_heads ({heads})");
        int headSize = ReadHeadSize(text, family, hidden, heads);
        int maxPositions = text.Positive("max_position_embeddings");
        bool attentionBias = ReadBias(text, "attention_bias", family.ReadsAttentionBias);
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
            FusesProjections = family.FusesProjections,
            QueryKeyNorm = family.QueryKeyNorm,
            QueryKeyValueBias = family.QueryKeyValueBias || attentionBias,
            AttentionOutputBias = attentionBias,
            FeedForwardBias = ReadBias(text, "mlp_bias", family.ReadsFeedForwardBias),
            TieWordEmbeddings = text.OptionalBool("tie_word_embeddings") ?? root.OptionalBool("tie_word_embeddings") ?? false,
            // A window at least as long as any sequence hides nothing.
            SlidingWindow = ReadWindow(text, family) is { } window && window < maxPositions ? window : null,
            InitializerRange = text.OptionalDouble("initializer_range") ?? 0.02,
            EosTokenIds = text.Has("eos_token_id") ? text.Ints("eos_token_id") : root.Ints("eos_token_id"),
            BosTokenId = text.OptionalInt("bos_token_id"),
            PadTokenId = text.OptionalInt("pad_token_id"),
        };
    }

    private static int ReadHeadSize(ConfigObject text, FamilySpec family, int hidden, int heads)
    {
        if (text.Has("head_dim"))
            return text.Positive("head_dim");
        if (family.DefaultHeadDim is { } size && !text.Names("head_dim"))
            return size;
        return hidden % heads == 0 ? hidden / heads
            : throw text.Unsupported("num_attention_heads", $"{heads}", $"a divisor of hidden_size ({hidden}), or a head_dim");
    }

    private static int? ReadWindow(ConfigObject text, FamilySpec family)
    {
        if (!family.ReadsSlidingWindow)
            return null;
        if (!text.Names("sliding_window"))
            return family.DefaultSlidingWindow;
        return text.Has("sliding_window") ? text.Positive("sliding_window") : null;
    }

    private static bool ReadBias(ConfigObject text, string key, bool isRead)
    {
        if (!isRead)
            text.Require(key, false);
        return text.OptionalBool(key) ?? false;
    }

    private static void RequireWhatIsComputed(ConfigObject text)
    {
        text.Require("hidden_act", "silu");
        text.Require("lm_head_bias", false);
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
