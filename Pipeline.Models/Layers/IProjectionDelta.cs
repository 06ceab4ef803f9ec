using static TorchSharp.torch;

namespace Pipeline.Models.Layers;

/// <summary>How an adapter changes a frozen projection's output.</summary>
public interface IProjectionDelta
{
    /// <summary>Applies the adapter.</summary>
    /// <param name="layer">The frozen projection.</param>
    /// <param name="x">Its input, [..., in].</param>
    /// <param name="output">Its output, bias included, [..., out]; not to be changed.</param>
    /// <returns>[..., out]; a new tensor, or <paramref name="output"/> when there is nothing to change.</returns>
    Tensor Apply(ProjectionLayer layer, Tensor x, Tensor output);
}
