using static TorchSharp.torch;

namespace Pipeline.Models.Layers;

/// <summary>What an adapter adds to a frozen projection: <c>y = x W^T + b + delta(x)</c>.</summary>
public interface IProjectionDelta
{
    /// <summary>Adds the adapter's contribution.</summary>
    /// <param name="x">Input of the projection, [..., in].</param>
    /// <param name="output">Output of the frozen projection, [..., out].</param>
    /// <returns>[..., out]; a new tensor, or <paramref name="output"/> when the adapter is off.</returns>
    Tensor Add(Tensor x, Tensor output);
}
