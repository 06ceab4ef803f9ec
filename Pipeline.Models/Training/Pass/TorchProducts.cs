using Pipeline.Models.Layers;
using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;
using Pipeline.Models.Training.Pass.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass;

/// <summary>Matrix products by libtorch: every device, every type.</summary>
internal sealed class TorchProducts(PassBuffers buffers) : IPassProducts
{
    /// <summary>The fastest products for the model's type and device.</summary>
    public static IPassProducts FastestFor(ScalarType type, Device device, PassBuffers buffers) => (device.type, type) switch
    {
        (DeviceType.CPU, ScalarType.Float32) when BlockKernel.Has(type) => new BlockedProducts<Float32Element>(buffers),
        (DeviceType.CPU, ScalarType.BFloat16) when BlockKernel.Has(type) => new BlockedProducts<BFloat16Element>(buffers),
        _ => new TorchProducts(buffers),
    };

    public void Into(Tensor result, float keep, Tensor a, Tensor b, float scale = 1) => result.addmm_(a, b, keep, scale);

    public void Into(Tensor result, float keep, Tensor a, Tensor b, Tensor c, Tensor d) => result.addmm_(a, b, keep, 1).addmm_(c, d, 1, 1);

    public void AddTo(Tensor sum, Tensor a, Tensor b)
    {
        using DisposeScope scope = NewDisposeScope();
        // The long side last: the other order is several times slower in float32.
        Tensor part = buffers.Get("product.part", sum.shape);
        sum.add_(part.addmm_(a, b, 0, 1));
    }

    public IPassAttention CreateAttention(IPassKernels kernels, LayerShape shape) =>
        new PassAttention(kernels, buffers, shape.SlidingWindow, ScaleOf(shape));

    /// <summary>Factor applied to the scores.</summary>
    public static float ScaleOf(LayerShape shape) => (float)(1 / Math.Sqrt(shape.HeadDim));
}
