using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Lora;

/// <summary>
/// Euclidean norms of a weight's rows, float32, without gradient. A row of zeros counts as very short instead, so that
/// nothing divides by zero.
/// </summary>
internal static class RowNorms
{
    private const double SmallestSquare = 1e-37;        // a float32 with a normal exponent, whose root is too
    private const long ElementsAtOnce = 256 << 10;

    /// <summary>[out, in] → [out]</summary>
    public static Tensor Of(Tensor weight)
    {
        using DisposeScope scope = NewDisposeScope();
        return Root(Squares(weight)).MoveToOuterDisposeScope();
    }

    /// <summary>Squared norms: [out, in] of any type → [out].</summary>
    public static Tensor Squares(Tensor weight)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        long rows = weight.shape[0], most = Math.Max(1, ElementsAtOnce / weight.shape[1]);
        Tensor squares = empty(rows, dtype: ScalarType.Float32, device: weight.device);
        for (long start = 0; start < rows; start += most)
        {
            using DisposeScope part = NewDisposeScope();
            Tensor values = weight.narrow(0, start, Math.Min(most, rows - start)).to(ScalarType.Float32);
            squares.narrow(0, start, values.shape[0]).copy_(values.square().sum(1));
        }
        return squares.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Norms of W + s·B A from ‖w‖² + 2 s (w A^T)·b + s² (b A A^T)·b for a row w of W and b of B: the matrix is never formed.
    /// </summary>
    /// <param name="squares">‖w‖², [out]</param>
    /// <param name="weight">W, [out, in]</param>
    /// <param name="a">[r, in]</param>
    /// <param name="b">[out, r]</param>
    /// <param name="scaling">s</param>
    /// <returns>[out]</returns>
    public static Tensor OfUpdated(Tensor squares, Tensor weight, Tensor a, Tensor b, double scaling)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor full = a.to(ScalarType.Float32), rows = b.to(ScalarType.Float32);
        Tensor cross = weight.mm(a.to(weight.dtype).t()).to(ScalarType.Float32);
        Tensor own = rows.mm(full.mm(full.t()));
        Tensor change = (cross.mul(2 * scaling) + own.mul_(scaling * scaling)).mul_(rows).sum(1);
        return Root(squares + change).MoveToOuterDisposeScope();
    }

    private static Tensor Root(Tensor squares) => squares.clamp_min(SmallestSquare).sqrt_();
}
