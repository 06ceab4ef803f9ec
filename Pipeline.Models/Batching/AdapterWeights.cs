using Pipeline.Models.Families;
using Pipeline.Models.Layers;
using Pipeline.Models.Lora;
using Pipeline.Models.Runtime;
using static TorchSharp.torch;

namespace Pipeline.Models.Batching;

/// <summary>Where the numbers of an adapter are, by the layer they belong to. Does not own them.</summary>
internal sealed class AdapterWeights
{
    private static long _made;

    private readonly Dictionary<ProjectionLayer, AdapterPart> _parts = [];
    private readonly List<object> _kept = [];      // what the addresses point into

    /// <summary>The parts of an adapter that is not trained while it is used here.</summary>
    public AdapterWeights(LoraAdapter adapter) : this(adapter, adapter.LayerParts)
    {
    }

    private AdapterWeights(object owner, IEnumerable<(ProjectionLayer Layer, LoraLinear Delta)> parts)
    {
        _kept.Add(owner);
        using IDisposable noGrad = no_grad();
        foreach ((ProjectionLayer layer, LoraLinear delta) in parts)
        {
            _parts.Add(layer, new AdapterPart(Matrix.Of(delta.A), Matrix.Of(delta.B), delta.A.dtype, (float)delta.Scaling,
                delta.Magnitude is null ? null : Matrix.Of(Kept(delta.Factor(layer, layer.ComputedType)).unsqueeze(0))));
        }
    }

    /// <summary>Tells this adapter from all others of the process, later ones included.</summary>
    public string Name { get; } = $"adapter {Interlocked.Increment(ref _made)}";

    /// <summary>The adapter that is attached to a model, or null.</summary>
    public static AdapterWeights? AttachedTo(DecoderModel model)
    {
        (ProjectionLayer, LoraLinear)[] parts = [.. model.Projections().Where(p => p.Layer.Delta is LoraLinear)
            .Select(p => (p.Layer, (LoraLinear)p.Layer.Delta!))];
        return parts.Length == 0 ? null : new AdapterWeights(parts, parts);
    }

    /// <summary>The part that belongs to a layer, or null.</summary>
    public AdapterPart? Find(ProjectionLayer layer) => _parts.TryGetValue(layer, out AdapterPart part) ? part : null;

    // Factors of an adapter in training are made anew at each call.
    private Tensor Kept(Tensor factor)
    {
        _kept.Add(factor.DetachFromDisposeScope());
        return factor;
    }
}

/// <summary>An adapter's update of one layer: y += scaling × (x Aᵀ) Bᵀ, then y × factor.</summary>
/// <param name="A">[rank, in]</param>
/// <param name="B">[out, rank]</param>
/// <param name="Type">Of both: float32 or bfloat16.</param>
/// <param name="Scaling">Factor of the update.</param>
/// <param name="Factor">DoRA's, [1, out] float32; or null.</param>
internal readonly record struct AdapterPart(Matrix A, Matrix B, ScalarType Type, float Scaling, Matrix? Factor)
{
    public long Rank => A.Rows;
}

/// <summary>Consecutive rows with the same adapter.</summary>
internal readonly record struct AdapterRows(AdapterWeights Adapter, int First, int Count);
