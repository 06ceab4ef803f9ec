using Pipeline.Models.Layers;
using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;
using Pipeline.Models.Training.Pass.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass;

/// <summary>Matrix products using <see cref="BlockedProduct{T}"/>, for CPUs with AVX-512.</summary>
internal sealed class BlockedProducts<T>(PassBuffers buffers) : IPassProducts
    where T : struct, IProductElement
{
    private readonly TorchProducts _others = new(buffers);

    public void Into(Tensor result, float keep, Tensor a, Tensor b, float scale = 1)
    {
        if (Fits(a))
            BlockedProduct<T>.Into(TargetOf(result, T.Type), keep, FactorsOf(a, b, result), scale, null);
        else
            _others.Into(result, keep, a, b, scale);
    }

    public void Into(Tensor result, float keep, Tensor a, Tensor b, Tensor c, Tensor d)
    {
        if (Fits(a) && Fits(c))
            BlockedProduct<T>.Into(TargetOf(result, T.Type), keep, FactorsOf(a, b, result), 1, FactorsOf(c, d, result));
        else
            _others.Into(result, keep, a, b, c, d);
    }

    public void AddTo(Tensor sum, Tensor a, Tensor b)
    {
        if (!Fits(a))
        {
            _others.AddTo(sum, a, b);
            return;
        }
        using DisposeScope scope = NewDisposeScope();
        Tensor rows = buffers.Get("product.left", a.shape);
        BlockedProduct<T>.Into(TargetOf(sum, ScalarType.Float32), 1, FactorsOf(rows.copy_(a), b, sum), 1, null);
    }

    public IPassAttention CreateAttention(IPassKernels kernels, LayerShape shape)
    {
        IPassAttention others = _others.CreateAttention(kernels, shape);
        return shape.HeadDim % T.DepthUnit == 0
            ? new BlockedAttention<T>(shape.SlidingWindow, TorchProducts.ScaleOf(shape), others)
            : others;
    }

    private static bool Fits(Tensor a) => a.shape[1] % T.DepthUnit == 0;

    // The kernels see only addresses, so mismatches must be caught here.
    private static BlockedProduct<T>.Factors FactorsOf(Tensor a, Tensor b, Tensor result)
    {
        if (a.dtype != T.Type || b.dtype != T.Type || a.shape[1] != b.shape[0] || result.shape[0] != a.shape[0]
            || result.shape[1] != b.shape[1])
            throw new ArgumentException($"no product of {Named(a)} and {Named(b)} into {Named(result)}");
        bool isTransposed = b.stride(1) != 1;
        using Tensor rows = isTransposed ? b.t() : b.alias();
        return new BlockedProduct<T>.Factors(Matrix.Of(a), Matrix.Of(rows), isTransposed);
    }

    private static BlockedProduct<T>.Target TargetOf(Tensor result, ScalarType type)
    {
        if (result.dtype != type || (result.stride(1) != 1 && type != ScalarType.Float32)) // only sums may be transposed
            throw new ArgumentException($"no product into {Named(result)}, expected {type} with the numbers of a row side by side",
                nameof(result));
        using Tensor rows = result.stride(1) == 1 ? result.alias() : result.t();
        return new BlockedProduct<T>.Target(Matrix.Of(rows).Data, result.shape[0], result.shape[1], result.stride(0), result.stride(1),
            type == ScalarType.Float32);
    }

    private static string Named(Tensor t) => $"{t.dtype} [{string.Join(", ", t.shape)}]";
}
