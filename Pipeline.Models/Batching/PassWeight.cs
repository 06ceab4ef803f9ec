using Pipeline.Models.Layers;
using Pipeline.Models.Runtime;
using static TorchSharp.torch;

namespace Pipeline.Models.Batching;

/// <summary>Where the numbers of one projection are; found once, so that a pass makes no tensors.</summary>
internal sealed class PassWeight
{
    public PassWeight(ProjectionLayer layer)
    {
        Layer = layer;
        if (!layer.IsQuantized)
            Dense = Matrix.Of(layer.Weight);
        Type = layer.IsQuantized ? layer.ComputedType : layer.Weight.dtype;
        Bias = layer.Bias is null ? null : Matrix.Of(layer.Bias.unsqueeze(0));
    }

    /// <summary>The layer.</summary>
    public ProjectionLayer Layer { get; }

    /// <summary>[out, in]; not for quantized layers.</summary>
    public Matrix Dense { get; }

    /// <summary>[1, out] in <see cref="Type"/>, or null.</summary>
    public Matrix? Bias { get; }

    /// <summary>Type of the weight, of a quantized one as it is restored.</summary>
    public ScalarType Type { get; }
}
