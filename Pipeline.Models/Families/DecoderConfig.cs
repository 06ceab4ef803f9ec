using System.Text.Json;
using Pipeline.Models.Layers;
using Pipeline.Models.Weights;

namespace Pipeline.Models.Families;

/// <summary>Shape of a decoder-only language model, read from the hub's <c>config.json</c>: its layers, how many, and both ends.</summary>
public sealed record DecoderConfig : LayerShape
{
    /// <summary>Family.</summary>
    public required FamilySpec Family { get; init; }

    /// <summary>Decoder layers.</summary>
    public required int NumHiddenLayers { get; init; }

    /// <summary>Rows of the embedding.</summary>
    public required int VocabSize { get; init; }

    /// <summary>Longest sequence the model is meant for.</summary>
    public required int MaxPositionEmbeddings { get; init; }

    /// <summary>The output head is the embedding matrix.</summary>
    public bool TieWordEmbeddings { get; init; }

    /// <summary>Standard deviation of new weights.</summary>
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Tokens that end a generation.</summary>
    public IReadOnlyList<int> EosTokenIds { get; init; } = [];

    /// <summary>First token of a text, where the model has one.</summary>
    public int? BosTokenId { get; init; }

    /// <summary>Padding token, where the model has one.</summary>
    public int? PadTokenId { get; init; }

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
            foreach (ProjectionShape projection in AttentionProjections)
                yield return ($"model.layers.{layer}.self_attn.{projection.Name}", projection.InFeatures, projection.OutFeatures);
            foreach (ProjectionShape projection in FeedForwardProjections)
                yield return ($"model.layers.{layer}.mlp.{projection.Name}", projection.InFeatures, projection.OutFeatures);
        }
    }

    /// <summary>Number of weights, computed from the shape alone.</summary>
    public long CountParameters()
    {
        long projections = AttentionProjections.Concat(FeedForwardProjections)
            .Sum(p => p.InFeatures * p.OutFeatures + (p.HasBias ? p.OutFeatures : 0));
        long norms = 2L * HiddenSize + (QueryKeyNorm ? 2L * HeadDim : 0);
        long embeddings = (long)VocabSize * HiddenSize * (TieWordEmbeddings ? 1 : 2);
        return NumHiddenLayers * (projections + norms) + HiddenSize + embeddings;
    }

    /// <summary>Ids that end a generation: the model folder's <c>generation_config.json</c> goes first, then <c>config.json</c>.</summary>
    /// <exception cref="InputException"><c>generation_config.json</c> is there but is not readable.</exception>
    internal IReadOnlyList<int> EndTokensIn(string folder)
    {
        string file = Path.Combine(folder, "generation_config.json");
        if (!File.Exists(file))
            return EosTokenIds;
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            IReadOnlyList<int> ids = new ConfigObject(document.RootElement, file).Ints("eos_token_id");
            return ids.Count > 0 ? ids : EosTokenIds;
        }
        catch (JsonException e)
        {
            throw new InputException($"{file}: not valid JSON ({e.Message}); download the model again.", e);
        }
    }
}
