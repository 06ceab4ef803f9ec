namespace Pipeline.Models.Layers;

/// <summary>
/// What the layers of a decoder compute, in terms that hold for every family: all that attention, feed-forward and their
/// hand-written backward passes need to know.
/// </summary>
public abstract record LayerShape
{
    /// <summary>Width of the hidden states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width inside the feed-forward layers.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Query heads.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Key and value heads; divides <see cref="NumAttentionHeads"/>.</summary>
    public required int NumKeyValueHeads { get; init; }

    /// <summary>Width of a head. All heads together need not be as wide as the hidden states.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Epsilon of the norms.</summary>
    public required double RmsNormEps { get; init; }

    /// <summary>Rotary positions.</summary>
    public required RopeConfig Rope { get; init; }

    /// <summary>Maximum keys a query sees, including its own, in every layer; null for all before it.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>Query, key and value come out of one matrix (<c>qkv_proj</c>), gate and up out of another (<c>gate_up_proj</c>).</summary>
    public bool FusesProjections { get; init; }

    /// <summary>Query, key and value projections have biases.</summary>
    public bool QueryKeyValueBias { get; init; }

    /// <summary>The output projection of the attention has a bias.</summary>
    public bool AttentionOutputBias { get; init; }

    /// <summary>The projections of the feed-forward have biases.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>
    /// Each query and key head passes an RMS norm before it is rotated (<c>q_norm</c>, <c>k_norm</c>). Only with split projections.
    /// </summary>
    public bool QueryKeyNorm { get; init; }

    /// <summary>Width of all query heads together: what the output projection of the attention takes.</summary>
    internal long QueryWidth => (long)NumAttentionHeads * HeadDim;

    /// <summary>Width of all key heads together, and of all value heads.</summary>
    internal long KeyWidth => (long)NumKeyValueHeads * HeadDim;

    /// <summary>Linear layers of the attention under the hub's names: the inputs, fused or split, then the output.</summary>
    internal IReadOnlyList<ProjectionShape> AttentionProjections =>
    [
        .. FusesProjections
            ? (ProjectionShape[])[new("qkv_proj", HiddenSize, QueryWidth + 2 * KeyWidth, QueryKeyValueBias)]
            : [new("q_proj", HiddenSize, QueryWidth, QueryKeyValueBias),
                new("k_proj", HiddenSize, KeyWidth, QueryKeyValueBias),
                new("v_proj", HiddenSize, KeyWidth, QueryKeyValueBias)],
        new("o_proj", QueryWidth, HiddenSize, AttentionOutputBias),
    ];

    /// <summary>Linear layers of the feed-forward under the hub's names: the inputs, fused or split, then the output.</summary>
    internal IReadOnlyList<ProjectionShape> FeedForwardProjections =>
    [
        .. FusesProjections
            ? (ProjectionShape[])[new("gate_up_proj", HiddenSize, 2L * IntermediateSize, FeedForwardBias)]
            : [new("gate_proj", HiddenSize, IntermediateSize, FeedForwardBias),
                new("up_proj", HiddenSize, IntermediateSize, FeedForwardBias)],
        new("down_proj", IntermediateSize, HiddenSize, FeedForwardBias),
    ];
}
