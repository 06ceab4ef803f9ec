using Pipeline.Models.Layers;
using Pipeline.Models.Lora;
using Pipeline.Models.Training.Pass.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass;

/// <summary>
/// A frozen linear layer with its adapter: y = x Wᵀ + b + s · drop(x) Aᵀ Bᵀ, and the gradients of x, A and B. Products
/// accumulate in place, together where they share a target, so neither the update nor a sum needs its own tensor. With DoRA's
/// factor f per output, y = x Wᵀ + b + (f - 1) · drop(x) Wᵀ + f · s · drop(x) Aᵀ Bᵀ, as PEFT computes it.
/// </summary>
internal sealed class PassProjection : IDisposable
{
    private readonly ProjectionLayer _layer;
    private readonly string _name;
    private readonly long _maskKey;
    private readonly IPassKernels _kernels;
    private readonly IPassProducts _products;
    private readonly PassBuffers _buffers;
    private PassLora? _lora;

    /// <param name="layer">The layer; its adapter is looked up before every pass.</param>
    /// <param name="name">The layer's name in the model, for buffers and for its own dropout masks.</param>
    /// <param name="kernels">Elementwise operations.</param>
    /// <param name="products">Matrix products.</param>
    /// <param name="buffers">Memory.</param>
    public PassProjection(ProjectionLayer layer, string name, IPassKernels kernels, IPassProducts products, PassBuffers buffers)
    {
        (_layer, _name, _maskKey, _kernels, _products, _buffers) = (layer, name, HashOf(name), kernels, products, buffers);
    }

    /// <summary>Whether the layer has an adapter.</summary>
    public bool HasAdapter => _layer.Delta is not null;

    /// <summary>Picks up the adapter's current state; call before every pass.</summary>
    public void Refresh()
    {
        LoraLinear? lora = (LoraLinear?)_layer.Delta;
        if (!ReferenceEquals(_lora?.Lora, lora))
        {
            _lora?.Dispose();
            _lora = lora is null ? null : new PassLora(lora, _name, _products, _buffers);
        }
        _lora?.Refresh(Weight);
    }

    /// <summary>Computes the layer.</summary>
    /// <param name="x">[T, in]</param>
    /// <param name="y">[T, out], result.</param>
    /// <param name="adds">Adds to the contents of <paramref name="y"/> instead of replacing them.</param>
    /// <param name="state">Prefix of the buffers the backward pass needs.</param>
    /// <param name="mask">Dropout of this micro-step.</param>
    /// <param name="isBase">Leaves the adapter out.</param>
    public void Forward(Tensor x, Tensor y, bool adds, string state, DropoutMask mask, bool isBase)
    {
        using DisposeScope scope = NewDisposeScope();
        if (_layer.Bias is { } bias)
        {
            _ = adds ? y.add_(bias) : y.copy_(bias.expand_as(y));
            adds = true;
        }
        if (_lora is null || isBase)
        {
            _products.Into(y, adds ? 1 : 0, x, Weight().t());
            return;
        }
        if (_lora.Factor is { } factor)
        {
            ForwardScaled(x, y, factor, adds, state, mask);
            return;
        }
        Tensor low = Low(state, x);
        _products.Into(low, 0, Dropped(x, mask), _lora.A.t(), _lora.Scaling);
        _products.Into(y, adds ? 1 : 0, x, Weight().t(), low, _lora.B.t());
    }

    private void ForwardScaled(Tensor x, Tensor y, Tensor factor, bool adds, string state, DropoutMask mask)
    {
        Tensor weight = Weight(), linear = Linear(state, y), low = Low(state, x), input = Dropped(x, mask);
        _products.Into(low, 0, input, _lora!.A.t(), _lora.Scaling);
        if (mask.Probability > 0)
        {
            // The part that bypasses dropout: the frozen layer's own output, minus its share of the part below.
            _products.Into(linear, 0, input, weight.t());
            _products.Into(y, adds ? 1 : 0, x, weight.t());
            y.sub_(linear);
            adds = true;
        }
        _products.Into(linear, 0, input, weight.t(), low, _lora.B.t());
        Tensor scaled = linear.mul(factor);
        _ = adds ? y.add_(scaled) : y.copy_(scaled);
    }

    /// <summary>Accumulates the adapter's gradients, and computes the input's.</summary>
    /// <param name="x">[T, in], as in <see cref="Forward"/>.</param>
    /// <param name="dy">[T, out]</param>
    /// <param name="dx">[T, in], result; null when not needed.</param>
    /// <param name="adds">Adds to the contents of <paramref name="dx"/> instead of replacing them.</param>
    /// <param name="state">As in <see cref="Forward"/>.</param>
    /// <param name="mask">As in <see cref="Forward"/>.</param>
    public void Backward(Tensor x, Tensor dy, Tensor? dx, bool adds, string state, DropoutMask mask)
    {
        using DisposeScope scope = NewDisposeScope();
        if (_lora?.Factor is { } factor)
        {
            _lora.AddGradientMagnitude(dy, Linear(state, dy));
            if (mask.Probability > 0)
            {
                BackwardDropped(x, dy, dx, factor, adds, state, mask);
                return;
            }
            dy = Scaled(dy, factor);
        }
        if (_lora is null)
        {
            if (dx is not null)
                _products.Into(dx, adds ? 1 : 0, dy, Weight());
            return;
        }
        Tensor dlow = _buffers.Get("dlow", x.shape[0], _lora.Rank);
        _products.Into(dlow, 0, dy, _lora.B, _lora.Scaling);
        _lora.AddGradientB(dy, Low(state, x));
        _lora.AddGradientA(dlow, Dropped(x, mask));
        if (dx is null)
            return;
        if (mask.Probability == 0)
        {
            _products.Into(dx, adds ? 1 : 0, dy, Weight(), dlow, _lora.A);
            return;
        }
        _products.Into(dx, adds ? 1 : 0, dy, Weight());
        Tensor part = _buffers.Get("dropped", dx.shape);
        _products.Into(part, 0, dlow, _lora.A);
        _kernels.AddDropped(part, dx, mask.Probability, mask.Seed ^ _maskKey);
    }

    // DoRA with dropout: the factor's part of the frozen layer also sees the dropped input.
    private void BackwardDropped(Tensor x, Tensor dy, Tensor? dx, Tensor factor, bool adds, string state, DropoutMask mask)
    {
        Tensor scaled = Scaled(dy, factor), dlow = _buffers.Get("dlow", x.shape[0], _lora!.Rank);
        _products.Into(dlow, 0, scaled, _lora.B, _lora.Scaling);
        _lora.AddGradientB(scaled, Low(state, x));
        _lora.AddGradientA(dlow, Dropped(x, mask));
        if (dx is null)
            return;
        Tensor weight = Weight(), part = _buffers.Get("dropped", dx.shape);
        _products.Into(dx, adds ? 1 : 0, dy, weight);
        _products.Into(part, 0, scaled.sub_(dy), weight, dlow, _lora.A);
        _kernels.AddDropped(part, dx, mask.Probability, mask.Seed ^ _maskKey);
    }

    private Tensor Scaled(Tensor dy, Tensor factor)
    {
        Tensor scaled = _buffers.Get("scaled", dy.shape);
        scaled.copy_(dy.mul(factor));
        return scaled;
    }

    // The operand of DoRA's factor, kept for the gradient of the magnitude.
    private Tensor Linear(string state, Tensor y) => _buffers.Get($"{state}.{_name}.linear", y.shape);

    public void Dispose() => _lora?.Dispose();

    // [out, in]; a quantized one is dequantized for this one product only.
    private Tensor Weight() => _layer.Dense(_layer.IsQuantized ? _buffers.Get("dense", _layer.OutFeatures * _layer.InFeatures) : null);

    // s · drop(x) Aᵀ
    private Tensor Low(string state, Tensor x) => _buffers.Get($"{state}.{_name}.low", x.shape[0], _lora!.Rank);

    // The input that A sees; with dropout, a copy that the backward pass recomputes.
    private Tensor Dropped(Tensor x, DropoutMask mask)
    {
        if (mask.Probability == 0)
            return x;
        Tensor dropped = _buffers.Get("dropped", x.shape);
        _kernels.Drop(x, dropped, mask.Probability, mask.Seed ^ _maskKey);
        return dropped;
    }

    // FNV-1a: string.GetHashCode differs between processes.
    private static long HashOf(string text)
    {
        ulong hash = 14695981039346656037;
        foreach (char c in text)
            hash = (hash ^ c) * 1099511628211;
        return (long)hash;
    }
}
