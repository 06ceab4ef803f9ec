using Pipeline.Models.Layers;
using Pipeline.Models.Training.Pass.Kernels;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass;

/// <summary>Matrix products of a training pass, into existing memory. Factors may be transposed views.</summary>
internal interface IPassProducts
{
    /// <summary>result = keep × result + scale × a b</summary>
    /// <param name="result">[M, N] in the type of the factors.</param>
    /// <param name="keep">0 to overwrite, 1 to add.</param>
    /// <param name="a">[M, K]</param>
    /// <param name="b">[K, N]</param>
    /// <param name="scale">Factor applied to the product.</param>
    void Into(Tensor result, float keep, Tensor a, Tensor b, float scale = 1);

    /// <summary>result = keep × result + a b + c d</summary>
    /// <param name="result">As above.</param>
    /// <param name="keep">As above.</param>
    /// <param name="a">[M, K]</param>
    /// <param name="b">[K, N]</param>
    /// <param name="c">[M, r]</param>
    /// <param name="d">[r, N]</param>
    void Into(Tensor result, float keep, Tensor a, Tensor b, Tensor c, Tensor d);

    /// <summary>sum += a b</summary>
    /// <param name="sum">[M, N] float32.</param>
    /// <param name="a">[M, K] with few rows.</param>
    /// <param name="b">[K, N]</param>
    void AddTo(Tensor sum, Tensor a, Tensor b);

    /// <summary>Attention built on products of this kind.</summary>
    /// <param name="kernels">Everything other than products.</param>
    /// <param name="shape">Shape of the heads.</param>
    IPassAttention CreateAttention(IPassKernels kernels, LayerShape shape);
}
