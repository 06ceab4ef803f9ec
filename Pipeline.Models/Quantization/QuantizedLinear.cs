using Pipeline.Models.Runtime.Products;
using static TorchSharp.torch;

namespace Pipeline.Models.Quantization;

/// <summary>
/// x W^T with a quantized W: dequantized for the product and, in the backward pass, once more for the gradient of x. Nothing
/// of full size is kept in between; W itself has no gradient.
/// </summary>
internal sealed class QuantizedLinear : autograd.SingleTensorFunction<QuantizedLinear>
{
    private const string Key = "dense";

    /// <inheritdoc/>
    public override string Name => nameof(QuantizedLinear);

    /// <param name="x">[..., in]</param>
    /// <param name="borrow">Lends W [out, in] in the type of <paramref name="x"/>.</param>
    /// <param name="bias">[out], or null.</param>
    /// <returns>[..., out]</returns>
    public static Tensor Apply(Tensor x, Func<BorrowedWeight> borrow, Tensor? bias)
    {
        if (is_grad_enabled() && x.requires_grad)
        {
            Tensor product = apply(x, borrow);
            return bias is null ? product : product + bias;
        }
        using BorrowedWeight weight = borrow();
        return FastLinear.Apply(x, weight.Dense, bias);
    }

    /// <inheritdoc/>
    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        Func<BorrowedWeight> borrow = (Func<BorrowedWeight>)vars[1];
        ctx.save_data(Key, borrow);
        using BorrowedWeight weight = borrow();
        return nn.functional.linear((Tensor)vars[0], weight.Dense);
    }

    /// <inheritdoc/>
    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using BorrowedWeight weight = ((Func<BorrowedWeight>)ctx.get_data(Key))();
        return [grad_output.matmul(weight.Dense), null!];
    }
}
