using Pipeline.Models.Vision;

namespace Pipeline.Models.Batching;

/// <summary>One sequence as a pass sees it: its tokens, where its keys and values are, and how many of them are there.</summary>
internal sealed class BatchSequence
{
    private readonly MropePositions? _positions;
    private readonly int _prompt;

    /// <param name="prompt">Token ids, images expanded.</param>
    /// <param name="adapter">Or null for the base model.</param>
    /// <param name="images">In the order of the prompt.</param>
    /// <param name="positions">Where the prompt's tokens are, for models whose positions have three axes; else null.</param>
    public BatchSequence(IReadOnlyList<int> prompt, AdapterWeights? adapter, IReadOnlyList<PlacedImage> images, MropePositions? positions)
    {
        Tokens = [.. prompt];
        (_prompt, Adapter, Images, _positions) = (prompt.Count, adapter, images, positions);
    }

    /// <summary>Prompt and answer so far.</summary>
    public List<int> Tokens { get; }

    /// <summary>The adapter whose rows these are, or null.</summary>
    public AdapterWeights? Adapter { get; }

    /// <summary>The images of the prompt.</summary>
    public IReadOnlyList<PlacedImage> Images { get; }

    /// <summary>Blocks for prompt and answer, in order.</summary>
    public IReadOnlyList<int> Blocks { get; set; } = [];

    /// <summary>Tokens whose keys and values are in the blocks.</summary>
    public int Computed { get; set; }

    /// <summary>Whether keys are rotated with longrope's long factors.</summary>
    public bool UsesLong { get; set; }

    /// <summary>Largest position of the first tokens on any axis.</summary>
    public long LastPosition(int tokens) => _positions is null ? tokens - 1 : Math.Max(_positions.Next - 1, PositionOf(0, tokens - 1));

    /// <summary>Position of a token on an axis (0 to 2; all the same for text).</summary>
    public long PositionOf(int axis, int token) => _positions is null ? token
        : token < _prompt ? _positions.Values[axis * _prompt + token]
        : _positions.Next + token - _prompt;
}

/// <summary>An image in a prompt.</summary>
/// <param name="First">Its first token.</param>
/// <param name="Count">Its tokens.</param>
/// <param name="Patches">What the vision tower reads.</param>
/// <param name="Content">Hash of the patches.</param>
internal sealed record PlacedImage(int First, int Count, ImagePatches Patches, PrefixHash Content)
{
    /// <summary>[count, hidden] float32; null until the vision tower has seen the image, and where nobody needs them.</summary>
    public float[]? Embeddings { get; set; }
}
