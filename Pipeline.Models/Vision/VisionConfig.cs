using Pipeline.Models.Families;

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

    /// <summary>Colour channels.</summary>
    internal const int Channels = 3;

    /// <summary>Side of a patch in pixels.</summary>
    public int PatchSize { get; init; } = 14;

    /// <summary>Patches per side that become one token.</summary>
    public int SpatialMergeSize { get; init; } = 2;

    /// <summary>Frames per patch.</summary>
    public int TemporalPatchSize { get; init; } = 2;

    /// <summary>Width of one head.</summary>
    internal int HeadDim => EmbedDim / NumHeads;

    /// <summary>Numbers in one flattened patch.</summary>
    internal int PatchLength => Channels * TemporalPatchSize * PatchSize * PatchSize;

    /// <summary>Reads the object <c>vision_config</c>.</summary>
    /// <exception cref="InputException">A size is missing or impossible, or the activation is not supported.</exception>
    internal static VisionConfig Read(ConfigObject vision)
    {
        vision.Require("hidden_act", "quick_gelu");
        vision.Require("in_channels", 3);
        vision.Require("in_chans", 3);
        VisionConfig config = new()
        {
            Depth = vision.Int("depth"),
            EmbedDim = vision.Int("embed_dim"),
            NumHeads = vision.Int("num_heads"),
            HiddenSize = vision.Int("hidden_size"),
            MlpRatio = vision.OptionalDouble("mlp_ratio") ?? 4,
            PatchSize = vision.OptionalInt("patch_size") ?? 14,
            SpatialMergeSize = vision.OptionalInt("spatial_merge_size") ?? 2,
            TemporalPatchSize = vision.OptionalInt("temporal_patch_size") ?? 2,
        };
        return config.NumHeads > 0 && config.EmbedDim % (4 * config.NumHeads) == 0
            ? config
            : throw vision.Unsupported("embed_dim", $"{config.EmbedDim}",
            $"a multiple of 4 x num_heads ({config.NumHeads}): heads turn over two axes");
    }
}
