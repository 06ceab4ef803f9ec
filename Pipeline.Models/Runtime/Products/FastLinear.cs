using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Runtime.Products;

/// <summary>
/// Linear layers of inference on CPUs with AVX-512, where nobody asks for gradients: <see cref="VectorProduct{T}"/> for the few
/// rows of a decoding step, <see cref="BlockedProduct{T}"/> for more rows in float32. For many rows in bfloat16 libtorch's
/// own, which are oneDNN's, are as fast; elsewhere they are all there is.
/// </summary>
internal static class FastLinear
{
    /// <summary>x Wᵀ + b</summary>
    /// <param name="x">[..., in]</param>
    /// <param name="weight">[out, in]</param>
    /// <param name="bias">[out], or null.</param>
    /// <returns>[..., out]</returns>
    public static Tensor Apply(Tensor x, Tensor weight, Tensor? bias)
    {
        if (is_grad_enabled() || !Vector512.IsHardwareAccelerated || x.device_type != DeviceType.CPU || x.dtype != weight.dtype || weight.stride(1) != 1)
            return nn.functional.linear(x, weight, bias);
        bool isFew = x.NumberOfElements <= VectorProduct<Float32Element>.MostRows * weight.shape[1];
        return (x.dtype, isFew) switch
        {
            (ScalarType.Float32, true) => Multiply(x, weight, bias, VectorProduct<Float32Element>.Into),
            (ScalarType.BFloat16, true) => Multiply(x, weight, bias, VectorProduct<BFloat16Element>.Into),
            (ScalarType.Float32, false) when BlockKernel.Has(ScalarType.Float32) => Multiply(x, weight, bias, Blocks),
            _ => nn.functional.linear(x, weight, bias),
        };
    }

    private static void Blocks(Matrix x, Matrix weight, Matrix y) => BlockedProduct<Float32Element>.Into(
        new BlockedProduct<Float32Element>.Target(y.Data, y.Rows, y.Width, y.Stride, 1, false), 0,
        new BlockedProduct<Float32Element>.Factors(x, weight, true), 1, null);

    private static Tensor Multiply(Tensor x, Tensor weight, Tensor? bias, Action<Matrix, Matrix, Matrix> product)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor result = empty([.. x.shape[..^1], weight.shape[0]], dtype: x.dtype);
        product(Matrix.Of(x.contiguous()), Matrix.Of(weight), Matrix.Of(result));
        if (bias is not null)
            result.add_(bias);
        return result.MoveToOuterDisposeScope();
    }
}
