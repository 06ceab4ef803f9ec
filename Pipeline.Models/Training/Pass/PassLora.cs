using Pipeline.Models.Lora;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass;

/// <summary>The adapter of one layer during a pass: its weights in the computation type, and its accumulated gradients (float32).</summary>
internal sealed class PassLora : IDisposable
{
    private readonly IPassProducts _products;
    private readonly PassBuffers _buffers;
    private readonly string _name;
    private readonly Tensor? _gradientA, _gradientB, _gradientMagnitude;
    private Tensor? _norm, _factor;     // [out] float32, DoRA only

    public PassLora(LoraLinear lora, string name, IPassProducts products, PassBuffers buffers)
    {
        (Lora, _name, _products, _buffers) = (lora, name, products, buffers);
        if (lora.A.requires_grad)
            (_gradientA, _gradientB, _gradientMagnitude) = (GradientOf(lora.A), GradientOf(lora.B), lora.Magnitude is { } m
                ? GradientOf(m) : null);
    }

    public LoraLinear Lora { get; }

    public long Rank => Lora.A.shape[0];

    public float Scaling => (float)Lora.Scaling;

    /// <summary>[r, in]</summary>
    public Tensor A => InType(Lora.A, ".a");

    /// <summary>[out, r]</summary>
    public Tensor B => InType(Lora.B, ".b");

    /// <summary>DoRA's magnitude / ‖row of W + s B A‖, [out] float32; null for plain LoRA.</summary>
    public Tensor? Factor => _factor;

    /// <summary>Picks up what the optimizer changed; call before every pass.</summary>
    /// <param name="weight">The frozen weight [out, in], for DoRA's norms.</param>
    public void Refresh(Func<Tensor> weight)
    {
        RefreshFactor(weight);
        if (Lora.A.dtype == _buffers.DType)
            return;
        using DisposeScope scope = NewDisposeScope();
        A.copy_(Lora.A);
        B.copy_(Lora.B);
    }

    /// <summary>Adds dyᵀ low to the gradient of B.</summary>
    /// <param name="dy">[T, out]</param>
    /// <param name="low">[T, r], scaling included.</param>
    public void AddGradientB(Tensor dy, Tensor low)
    {
        if (_gradientB is null)
            return;
        using Tensor sum = _gradientB.t(), left = low.t();
        _products.AddTo(sum, left, dy);
    }

    /// <summary>Adds dlowᵀ x to the gradient of A.</summary>
    /// <param name="dlow">[T, r]</param>
    /// <param name="x">[T, in]</param>
    public void AddGradientA(Tensor dlow, Tensor x)
    {
        if (_gradientA is null)
            return;
        using Tensor left = dlow.t();
        _products.AddTo(_gradientA, left, x);
    }

    /// <summary>Adds the gradient of DoRA's magnitude.</summary>
    /// <param name="dy">[T, out], gradient of the layer's result.</param>
    /// <param name="linear">[T, out], that result before the factor and without the bias.</param>
    public void AddGradientMagnitude(Tensor dy, Tensor linear)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor product = dy.to(ScalarType.Float32).mul(linear);
        _gradientMagnitude?.add_(product.sum([0L]).div_(_norm!));
    }

    public void Dispose()
    {
        _norm?.Dispose();
        _factor?.Dispose();
        _gradientMagnitude?.Dispose();
        _gradientA?.Dispose();
        _gradientB?.Dispose();
    }

    private void RefreshFactor(Func<Tensor> weight)
    {
        if (Lora.Magnitude is not { } magnitude)
            return;
        using DisposeScope scope = NewDisposeScope();
        _norm?.Dispose();
        _factor?.Dispose();
        _norm = Lora.NormOfRows(weight()).DetachFromDisposeScope();
        _factor = magnitude.div(_norm).DetachFromDisposeScope();
    }

    private Tensor InType(Tensor weight, string suffix) =>
        weight.dtype == _buffers.DType ? weight.alias() : _buffers.Get(_name + suffix, weight.shape);

    private static Tensor GradientOf(Tensor weight)
    {
        if (weight.grad is not { } gradient)
        {
            gradient = zeros_like(weight, requires_grad: false);
            weight.grad = gradient;
        }
        return gradient.DetachFromDisposeScope();
    }
}
