using Pipeline.Models.Quantization;
using Pipeline.Models.Runtime.Products;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Models.Layers;

/// <summary>
/// Linear layer under its hub name (<c>weight</c> [out, in], optional <c>bias</c> [out]) with a place where an adapter attaches
/// without changing any weight name. Its weight may be stored in 8 or 4 bits; then it is frozen, and the registered
/// <c>weight</c> provides only name, shape and type.
/// </summary>
public sealed class ProjectionLayer : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _weight;
    private readonly BaseQuantization? _quantization;
    private QuantizedWeight? _quantized;

    internal ProjectionLayer(long inFeatures, long outFeatures, bool hasBias, ScalarType dtype, Device device,
        BaseQuantization? quantization = null)
        : base(nameof(ProjectionLayer))
    {
        InFeatures = inFeatures;
        OutFeatures = outFeatures;
        Device = device;
        _quantization = quantization;
        // Nothing of full size is ever allocated for a weight that will be quantized.
        _weight = new Parameter(empty(outFeatures, inFeatures, dtype: dtype, device: quantization is null ? device : META),
            quantization is null);
        register_parameter("weight", _weight);
        if (hasBias)
        {
            Bias = new Parameter(empty(outFeatures, dtype: dtype, device: device));
            register_parameter("bias", Bias);
        }
    }

    /// <summary>Input width.</summary>
    public long InFeatures { get; }

    /// <summary>Output width.</summary>
    public long OutFeatures { get; }

    /// <summary>[out, in]</summary>
    /// <exception cref="InvalidOperationException">The weight is stored in 8 or 4 bits; only forward passes can read it.</exception>
    public Parameter Weight => _quantization is null ? _weight
        : throw new InvalidOperationException($"this layer's weight is stored in {_quantization.Bits} bits; take it from {nameof(Dense)}");

    /// <summary>[out], or null.</summary>
    public Parameter? Bias { get; }

    /// <summary>The adapter on this layer, or null. Not owned.</summary>
    public IProjectionDelta? Delta { get; set; }

    /// <summary>Whether the weight is stored in 8 or 4 bits. It is frozen then.</summary>
    internal bool IsQuantized => _quantization is not null;

    /// <summary>Type of the weight as it takes part in products; a quantized one is restored to it.</summary>
    internal ScalarType ComputedType => _weight.dtype;

    /// <summary>Bytes of the weight as stored, without the bias.</summary>
    internal long StoredBytes => _quantization is null ? _weight.NumberOfElements * _weight.ElementSize : Quantized.StoredBytes;

    private Device Device { get; }

    /// <summary>The weight as stored in 8 or 4 bits.</summary>
    /// <exception cref="InvalidOperationException">The weights of the model have not been loaded.</exception>
    internal QuantizedWeight Quantized =>
        _quantized ?? throw new InvalidOperationException("the weights of this model have not been loaded");

    /// <summary>[..., in] → [..., out]</summary>
    public override Tensor forward(Tensor input)
    {
        Tensor output = Frozen(input);
        if (Delta is null)
            return output;
        Tensor extended = Delta.Apply(this, input, output);
        if (!ReferenceEquals(extended, output))
            output.Dispose();
        return extended;
    }

    /// <summary>[..., in] → [..., out], bias included, without the adapter.</summary>
    internal Tensor Frozen(Tensor input)
    {
        ScalarType dtype = input.dtype;     // the input itself may be gone when the backward pass borrows again
        return _quantization is null
            ? FastLinear.Apply(input, _weight, Bias)
            : MultiplyStored(input) ?? QuantizedLinear.Apply(input, () => Borrow(dtype), Bias);
    }

    // The quantized weight as it is stored; null where there is no such product.
    private Tensor? MultiplyStored(Tensor input)
    {
        Tensor? product = Quantized.Multiply(input);
        return product is null || Bias is null ? product : product.add_(Bias);
    }

    /// <summary>
    /// The weight in full, without gradient. The returned handle is the caller's to dispose (its dispose scope will do); the
    /// memory behind it is this layer's, or for a quantized layer that of <paramref name="scratch"/>, which the next use of
    /// the scratch overwrites. Do not write to it.
    /// </summary>
    /// <param name="scratch">
    /// One-dimensional, at least out × in elements of the desired type (float32 or bfloat16 are fastest), on this layer's
    /// device: one serves all layers in turn. Needed and used only by quantized layers.
    /// </param>
    /// <returns>[out, in] in the type of the model or, for a quantized layer, of <paramref name="scratch"/>.</returns>
    internal Tensor Dense(Tensor? scratch)
    {
        if (_quantization is null)
            return _weight.detach();
        ArgumentNullException.ThrowIfNull(scratch);
        using Tensor part = scratch.narrow(0, 0, OutFeatures * InFeatures);
        Tensor dense = part.view(OutFeatures, InFeatures);
        using IDisposable noGrad = no_grad();
        Quantized.DequantizeInto(dense);
        return dense;
    }

    /// <summary>As <see cref="Dense"/>, with the model's own scratch.</summary>
    /// <param name="dtype">Type for a quantized layer.</param>
    internal BorrowedWeight Borrow(ScalarType dtype)
    {
        if (_quantization is null)
            return new BorrowedWeight(Dense(null), null);
        BaseQuantization.Loan loan = _quantization.Borrow(OutFeatures * InFeatures, dtype);
        return new BorrowedWeight(Dense(loan.Buffer), loan);
    }

    /// <summary>Stores a weight in the bits of this layer.</summary>
    /// <param name="weight">[out, in] of any floating-point type, on any device; not kept.</param>
    /// <exception cref="InputException">It holds infinities or not-a-numbers.</exception>
    internal void Quantize(Tensor weight)
    {
        if (_quantization is null)
            throw new InvalidOperationException("this layer keeps its weight in full");
        _quantized?.Dispose();
        _quantized = QuantizedWeight.Create(weight, _quantization.Bits, Device, _quantization.Storage);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _quantized?.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>
    /// Does nothing: everything is registered under the hub's names; TorchSharp would add the fields under theirs on a mode
    /// change.
    /// </summary>
    protected override void RegisterComponents()
    {
    }
}
