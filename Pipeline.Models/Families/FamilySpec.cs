using Pipeline.Models.Layers;

namespace Pipeline.Models.Families;

/// <summary>
/// One model family: what its <c>config.json</c> may say and which variants of the shared layers it computes. Anything not set
/// is as in Llama. Nothing outside a family's own file asks which family a model belongs to; everything reads this, or the
/// <see cref="DecoderConfig"/> built from it and a file.
/// </summary>
public sealed record FamilySpec
{
    /// <summary><c>model_type</c> of <c>config.json</c>.</summary>
    public required string ModelType { get; init; }

    /// <summary>Chat template, by LLaMA-Factory's name, for models without one of their own.</summary>
    public required string DefaultTemplate { get; init; }

    /// <summary>Whether a vision tower belongs to it.</summary>
    public bool HasVision { get; init; }

    /// <summary>One matrix for query, key and value and one for gate and up; see <see cref="LayerShape.FusesProjections"/>.</summary>
    internal bool FusesProjections { get; init; }

    /// <summary>A norm on each query and key head; see <see cref="LayerShape.QueryKeyNorm"/>.</summary>
    internal bool QueryKeyNorm { get; init; }

    /// <summary>Biases on query, key and value, and nowhere else, whatever <c>config.json</c> says.</summary>
    internal bool QueryKeyValueBias { get; init; }

    /// <summary>Whether <c>attention_bias</c> may be true: biases on all four projections of the attention.</summary>
    internal bool ReadsAttentionBias { get; init; }

    /// <summary>Whether <c>mlp_bias</c> may be true: biases on all projections of the feed-forward.</summary>
    internal bool ReadsFeedForwardBias { get; init; }

    /// <summary>Whether <c>sliding_window</c> limits every layer. Where it does not, the key is not read.</summary>
    internal bool ReadsSlidingWindow { get; init; }

    /// <summary><c>sliding_window</c> of a file that lacks the key; a null in the file still means none.</summary>
    internal int? DefaultSlidingWindow { get; init; }

    /// <summary><c>num_key_value_heads</c> of a file that lacks the key; null for as many as query heads.</summary>
    internal int? DefaultKeyValueHeads { get; init; }

    /// <summary><c>head_dim</c> of a file that lacks the key; null for hidden_size / num_attention_heads.</summary>
    internal int? DefaultHeadDim { get; init; }

    /// <summary>Whether <c>partial_rotary_factor</c> may leave part of each head unrotated.</summary>
    internal bool ReadsPartialRotaryFactor { get; init; }

    /// <summary>Kinds of rotary positions that <c>config.json</c> may ask for.</summary>
    internal IReadOnlyList<RopeKind> RopeKinds { get; init; } = [RopeKind.Default, RopeKind.Llama3, RopeKind.LongRope];
}
