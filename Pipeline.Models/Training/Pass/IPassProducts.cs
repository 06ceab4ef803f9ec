using Pipeline.Models.Families;
using Pipeline.Models.Runtime.Products;
using Pipeline.Models.Training.Pass.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass;

/// <summary>Matrix products of a training pass, into memory that exists. Factors may be transposed views.</summary>
internal interface IPassProducts
{
    /// <summary>result = keep × result + scale × a b</summary>
    /// <param name="result">[M, N] in the type of the factors.</param>
    /// <param name="keep">0 to overwrite, 1 to add.</param>
    /// <param name="a">[M, K]</param>
    /// <param name="b">[K, N]</param>
    /// <param name="scale">Factor of the product.</param>
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

    /// <summary>Attention over products of this kind.</summary>
    /// <param name="kernels">What it computes besides.</param>
    /// <param name="config">Shape of the heads.</param>
    IPassAttention CreateAttention(IPassKernels kernels, DecoderConfig config);
}

/// <summary>The products of libtorch: every device, every type.</summary>
internal sealed class TorchProducts(PassBuffers buffers) : IPassProducts
{
    /// <summary>The fastest products for what a model computes in.</summary>
    public static IPassProducts FastestFor(ScalarType type, Device device, PassBuffers buffers) => (device.type, type) switch
    {
        (DeviceType.CPU, ScalarType.Float32) when BlockKernel.Has(type) => new BlockedProducts<Runtime.Float32Element>(buffers),
        (DeviceType.CPU, ScalarType.BFloat16) when BlockKernel.Has(type) => new BlockedProducts<Runtime.BFloat16Element>(buffers),
        _ => new TorchProducts(buffers),
    };

    public void Into(Tensor result, float keep, Tensor a, Tensor b, float scale = 1) => result.addmm_(a, b, keep, scale);

    public void Into(Tensor result, float keep, Tensor a, Tensor b, Tensor c, Tensor d) => result.addmm_(a, b, keep, 1).addmm_(c, d, 1, 1);

    public void AddTo(Tensor sum, Tensor a, Tensor b)
    {
        using DisposeScope scope = NewDisposeScope();
        // The long side last: the other way round is several times slower in float32.
        Tensor part = buffers.Get("product.part", sum.shape);
        sum.add_(part.addmm_(a, b, 0, 1));
    }

    public IPassAttention CreateAttention(IPassKernels kernels, DecoderConfig config) => new PassAttention(kernels, buffers, config.SlidingWindow, ScaleOf(config));

    /// <summary>By what scores are multiplied.</summary>
    public static float ScaleOf(DecoderConfig config) => (float)(1 / Math.Sqrt(config.HeadDim));
}
