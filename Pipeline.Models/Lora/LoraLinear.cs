using Pipeline.Models.Layers;
using Pipeline.Models.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Lora;

/// <summary>
/// The low-rank update of one linear layer: x W^T becomes x W^T + scaling · (x A^T) B^T. With a magnitude (DoRA,
/// arXiv:2402.09353) the updated weight's rows are rescaled to it: each output is multiplied by magnitude / ‖row of W +
/// scaling · B A‖, where that norm is a constant for the gradient. The weights are leaves of their own type (float32 in
/// training) and are converted to the type of the input, as autocast does. Reference: PEFT <c>lora.Linear</c>, <c>DoraLinearLayer</c>.
/// </summary>
internal sealed class LoraLinear(string name, LoraWeights weights, double scaling) : IProjectionDelta, IDisposable
{
    private Tensor? _squares;       // [out] ‖row of W‖², constant
    private Tensor? _factor;        // [out] of an adapter that is not trained

    /// <summary>Full name of the linear layer, for example <c>model.layers.0.self_attn.qkv_proj</c>.</summary>
    public string Name { get; } = name;

    /// <summary>[r, in]</summary>
    public Tensor A { get; } = weights.A;

    /// <summary>[out, r]</summary>
    public Tensor B { get; } = weights.B;

    /// <summary>DoRA's length of each row, [out] float32; null for plain LoRA.</summary>
    public Tensor? Magnitude { get; } = weights.Magnitude;

    /// <summary>Factor of the update.</summary>
    public double Scaling { get; } = scaling;

    public Tensor Apply(ProjectionLayer layer, Tensor x, Tensor output)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor low = nn.functional.linear(x.reshape(-1, A.shape[1]), Converted(A, x.dtype));
        // One GEMM adds the scaled update to the frozen output: no separate product, scaling and sum.
        Tensor result = addmm(output.reshape(-1, B.shape[0]), low, Converted(B, x.dtype).t(), 1, (float)Scaling);
        if (Magnitude is not null)
        {
            // The bias keeps its length. With a factor of 1 this is exactly the output without a magnitude.
            Tensor factor = Factor(layer, x.dtype);
            result = result * factor;
            if (layer.Bias is not null)
                result += layer.Bias * (1 - factor);
            result = Converted(result, x.dtype);    // the factor is float32: in bfloat16 most differences from 1 would be lost
        }
        return result.view(output.shape).MoveToOuterDisposeScope();
    }

    /// <summary>‖row of W + scaling · B A‖, without forming that matrix and without gradient.</summary>
    /// <param name="dense">W, [out, in]; always the same.</param>
    /// <returns>[out] float32, never zero.</returns>
    public Tensor NormOfRows(Tensor dense)
    {
        _squares ??= RowNorms.Squares(dense).DetachFromDisposeScope();
        return RowNorms.OfUpdated(_squares, dense, A, B, Scaling);
    }

    /// <summary>What merging makes of a weight.</summary>
    /// <param name="weight">[out, in] of any type, on the device of the adapter.</param>
    /// <returns>[out, in] of that type.</returns>
    public Tensor Merge(Tensor weight)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor merged = B.to(ScalarType.Float32).mm(A.to(ScalarType.Float32)).mul_(Scaling).add_(weight);
        if (Magnitude is not null)
            merged.mul_((Magnitude / RowNorms.Of(merged)).unsqueeze(1));
        return merged.to(weight.dtype).MoveToOuterDisposeScope();
    }

    public void Dispose()
    {
        A.Dispose();
        B.Dispose();
        Magnitude?.Dispose();
        _squares?.Dispose();
        _factor?.Dispose();
    }

    /// <summary>Magnitude / norm, [out] float32. Of an adapter that is not trained it never changes, and belongs to it.</summary>
    public Tensor Factor(ProjectionLayer layer, ScalarType dtype)
    {
        if (_factor is not null && !Magnitude!.requires_grad)
            return _factor;
        using BorrowedWeight weight = layer.Borrow(dtype);
        Tensor factor = Magnitude! / NormOfRows(weight.Dense);
        if (!Magnitude!.requires_grad)
            _factor = factor.DetachFromDisposeScope();
        return factor;
    }

    private static Tensor Converted(Tensor weight, ScalarType dtype) => weight.dtype == dtype ? weight : weight.to(dtype);
}
