using System.Text.Json;

namespace Pipeline.Models.Vision;

/// <summary>Sizes of the vision tower: <c>vision_config</c> of a Qwen2-VL <c>config.json</c>.</summary>
public sealed record VisionConfig
{
    /// <summary>Transformer blocks.</summary>
    public required int Depth { get; init; }

    /// <summary>Width of a patch embedding.</summary>
    public required int EmbedDim { get; init; }

    /// <summary>Attention heads.</summary>
    public required int NumHeads { get; init; }

    /// <summary>Width of a merged token: the hidden size of the text decoder.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width of the feed-forward, in multiples of <see cref="EmbedDim"/>.</summary>
    public double MlpRatio { get; init; } = 4;

    /// <summary>Colour channels; always 3.</summary>
    public int InChannels { get; init; } = 3;

    /// <summary>Side of a patch in pixels.</summary>
    public int PatchSize { get; init; } = 14;

    /// <summary>Patches per side that become one token.</summary>
    public int SpatialMergeSize { get; init; } = 2;

    /// <summary>Frames per patch.</summary>
    public int TemporalPatchSize { get; init; } = 2;

    /// <summary>Width of one head.</summary>
    public int HeadDim => EmbedDim / NumHeads;

    /// <summary>Numbers in one flattened patch.</summary>
    public int PatchLength => InChannels * TemporalPatchSize * PatchSize * PatchSize;

    /// <summary>Reads the object <c>vision_config</c>.</summary>
    /// <param name="json">The object.</param>
    /// <param name="file">The file it is from, for messages.</param>
    /// <exception cref="InputException">A size is missing or impossible, or the activation is another one.</exception>
    internal static VisionConfig Read(JsonElement json, string file)
    {
        var config = new VisionConfig
        {
            Depth = Whole("depth") ?? throw Missing("depth"),
            EmbedDim = Whole("embed_dim") ?? throw Missing("embed_dim"),
            NumHeads = Whole("num_heads") ?? throw Missing("num_heads"),
            HiddenSize = Whole("hidden_size") ?? throw Missing("hidden_size"),
            MlpRatio = json.TryGetProperty("mlp_ratio", out JsonElement ratio) ? ratio.GetDouble() : 4,
            InChannels = Whole("in_channels") ?? Whole("in_chans") ?? 3,
            PatchSize = Whole("patch_size") ?? 14,
            SpatialMergeSize = Whole("spatial_merge_size") ?? 2,
            TemporalPatchSize = Whole("temporal_patch_size") ?? 2,
        };
        if (json.TryGetProperty("hidden_act", out JsonElement activation) && activation.GetString() != "quick_gelu")
            throw new InputException($"{file}: vision_config.hidden_act is {activation.GetString()}; only quick_gelu is supported.");
        if (config.InChannels != 3)
            throw new InputException($"{file}: vision_config.in_channels is {config.InChannels}; images have 3.");
        if (config.NumHeads < 1 || config.EmbedDim % config.NumHeads != 0 || config.HeadDim % 4 != 0)
            throw new InputException($"{file}: vision_config.embed_dim {config.EmbedDim} over num_heads {config.NumHeads} must give a multiple of 4 (two rotary axes).");
        return config;

        int? Whole(string key) => json.TryGetProperty(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number ? value.GetInt32() : null;
        InputException Missing(string key) => new($"{file}: vision_config.{key} is missing; take config.json from the hub again.");
    }
}
