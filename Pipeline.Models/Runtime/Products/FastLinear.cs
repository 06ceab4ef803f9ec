using System.Runtime.Intrinsics;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Runtime.Products;

/// <summary>
/// Linear layers of inference on CPUs with AVX-512 where no gradients are needed: <see cref="VectorProduct{T}"/> for the few
/// rows of a decoding step, <see cref="BlockedProduct{T}"/> for more rows in float32. For many rows in bfloat16 libtorch's own,
/// which are oneDNN's, are as fast; elsewhere they are the only ones.
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
        // libtorch says what does not fit
        if (!Serves(x) || x.dtype != weight.dtype || weight.stride(1) != 1 || x.shape[^1] != weight.shape[1])
            return nn.functional.linear(x, weight, bias);
        Tensor? product = (x.dtype, IsFew(x)) switch
        {
            (ScalarType.Float32, true) => Multiply(x, weight, VectorProduct<Float32Element>.Into),
            (ScalarType.BFloat16, true) => Multiply(x, weight, VectorProduct<BFloat16Element>.Into),
            (ScalarType.Float32, false) when BlockKernel.Has(ScalarType.Float32) => Multiply(x, weight, Blocks),
            _ => null,
        };
        return product is null ? nn.functional.linear(x, weight, bias) : bias is null ? product : product.add_(bias);
    }

    /// <summary>
    /// Whether x has the few rows of a decoding step, on a processor and in a type that <see cref="VectorProduct{T}"/> is for.
    /// </summary>
    /// <param name="x">[..., in]</param>
    public static bool IsForFewRows(Tensor x) => Serves(x) && IsFew(x) && x.dtype is ScalarType.Float32 or ScalarType.BFloat16;

    /// <summary>A product into a new tensor.</summary>
    /// <param name="x">[..., in]</param>
    /// <param name="outputs">Width of the result.</param>
    /// <param name="product">Gets x as [rows, in] and computes [rows, out].</param>
    /// <returns>[..., out] in the type of <paramref name="x"/>.</returns>
    public static Tensor Multiply(Tensor x, long outputs, Action<Matrix, Matrix> product)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor result = empty([.. x.shape[..^1], outputs], dtype: x.dtype);
        product(Matrix.Of(x.contiguous()), Matrix.Of(result));
        return result.MoveToOuterDisposeScope();
    }

    private static bool Serves(Tensor x) => !is_grad_enabled() && Vector512.IsHardwareAccelerated && x.device_type == DeviceType.CPU;

    private static bool IsFew(Tensor x) => x.NumberOfElements <= VectorProduct<Float32Element>.MostRows * x.shape[^1];

    private static Tensor Multiply(Tensor x, Tensor weight, Action<Matrix, Matrix, Matrix> product) =>
        Multiply(x, weight.shape[0], (from, to) => product(from, Matrix.Of(weight), to));

    private static void Blocks(Matrix x, Matrix weight, Matrix y) => BlockedProduct<Float32Element>.Into(
        new BlockedProduct<Float32Element>.Target(y.Data, y.Rows, y.Width, y.Stride, 1, false), 0,
        new BlockedProduct<Float32Element>.Factors(x, weight, true), 1, null);
}
