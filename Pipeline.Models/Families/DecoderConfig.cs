namespace Pipeline.Models.Families;

/// <summary>Model family, <c>model_type</c> of <c>config.json</c>.</summary>
public enum ModelFamily
{
    /// <summary>Phi-3, Phi-3.5, Phi-4-mini: fused projections.</summary>
    Phi3,

    /// <summary>Llama: split projections.</summary>
    Llama,

    /// <summary>Qwen2: split projections with query, key and value biases.</summary>
    Qwen2,

    /// <summary>Qwen2-VL: the Qwen2 text model with three-axis positions.</summary>
    Qwen2Vl,
}

/// <summary>Shape of a decoder-only language model, read from the hub's <c>config.json</c>.</summary>
public sealed record DecoderConfig
{
    /// <summary>Family.</summary>
    public required ModelFamily Family { get; init; }

    /// <summary>Width of the hidden states.</summary>
    public required int HiddenSize { get; init; }

    /// <summary>Width inside the feed-forward layers.</summary>
    public required int IntermediateSize { get; init; }

    /// <summary>Decoder layers.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Query heads.</summary>
    public required int NumAttentionHeads { get; init; }

    /// <summary>Key and value heads; divides <see cref="NumAttentionHeads"/>.</summary>
    public required int NumKeyValueHeads { get; init; }

    /// <summary>Width of a head.</summary>
    public required int HeadDim { get; init; }

    /// <summary>Rows of the embedding.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Longest sequence the model is meant for.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>Epsilon of the norms.</summary>
    public required double RmsNormEps { get; init; }

    /// <summary>Rotary positions.</summary>
    public required RopeConfig Rope { get; init; }

    /// <summary>The output head is the embedding matrix.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Keys a query sees at most, or null when all.</summary>
    public int? SlidingWindow { get; init; }

    /// <summary>Standard deviation of new weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Tokens that end a generation.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>First token of a text, where the model has one.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Padding token, where the model has one.</summary>
    public int? PadTokenId { get; init; }

    /// <summary>Query, key and value projections have biases.</summary>
    public bool AttentionBias => Family is ModelFamily.Qwen2 or ModelFamily.Qwen2Vl;

    /// <summary>Input projections of the attention, fused or split.</summary>
    public IReadOnlyList<(string Name, long OutFeatures)> AttentionProjections
    {
        get
        {
            long query = (long)NumAttentionHeads * HeadDim;
            long key = (long)NumKeyValueHeads * HeadDim;
            return Family == ModelFamily.Phi3 ? [("qkv_proj", query + 2 * key)] : [("q_proj", query), ("k_proj", key), ("v_proj", key)];
        }
    }

    /// <summary>Input projections of the feed-forward, fused or split.</summary>
    public IReadOnlyList<(string Name, long OutFeatures)> FeedForwardProjections =>
        Family == ModelFamily.Phi3 ? [("gate_up_proj", 2L * IntermediateSize)] : [("gate_proj", IntermediateSize), ("up_proj", IntermediateSize)];

    /// <summary>Reads <c>config.json</c> of a model folder.</summary>
    /// <exception cref="InputException">The folder or file is missing, or a key has a value this product does not compute.</exception>
    public static DecoderConfig Load(string folder)
    {
        if (ModelFolder.FindFault(folder) is { } fault)
            throw new InputException(fault + ".");
        string file = Path.Combine(folder, ModelFolder.ConfigFile);
        return DecoderConfigReader.Read(File.ReadAllText(file), file);
    }

    /// <summary>Reads the text of a <c>config.json</c>.</summary>
    /// <param name="json">The text.</param>
    /// <param name="source">Its file, for messages.</param>
    /// <exception cref="InputException">The text is not JSON, or a key has a value this product does not compute.</exception>
    public static DecoderConfig Parse(string json, string source) => DecoderConfigReader.Read(json, source);

    /// <summary>Every linear layer inside the decoder layers: full name, input and output width. Nothing is allocated.</summary>
    public IEnumerable<(string Name, long InFeatures, long OutFeatures)> ProjectionShapes()
    {
        for (int layer = 0; layer < NumHiddenLayers; layer++)
        {
            string prefix = $"model.layers.{layer}";
            foreach ((string name, long outFeatures) in AttentionProjections)
                yield return ($"{prefix}.self_attn.{name}", HiddenSize, outFeatures);
            yield return ($"{prefix}.self_attn.o_proj", (long)NumAttentionHeads * HeadDim, HiddenSize);
            foreach ((string name, long outFeatures) in FeedForwardProjections)
                yield return ($"{prefix}.mlp.{name}", HiddenSize, outFeatures);
            yield return ($"{prefix}.mlp.down_proj", IntermediateSize, HiddenSize);
        }
    }

    /// <summary>Number of weights, computed from the shape alone.</summary>
    public long CountParameters()
    {
        long projections = ProjectionShapes().Sum(p => p.InFeatures * p.OutFeatures);
        long biases = AttentionBias ? NumHiddenLayers * AttentionProjections.Sum(p => p.OutFeatures) : 0;
        long norms = (2L * NumHiddenLayers + 1) * HiddenSize;
        long embeddings = (long)VocabSize * HiddenSize * (TieWordEmbeddings ? 1 : 2);
        return projections + biases + norms + embeddings;
    }
}
