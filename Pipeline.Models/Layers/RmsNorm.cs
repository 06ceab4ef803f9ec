using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Models.Layers;

/// <summary>Root-mean-square normalisation, computed in float32. Reference: transformers <c>LlamaRMSNorm</c>; arXiv:1910.07467.</summary>
public sealed class RmsNorm : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _weight;
    private readonly double _eps;

    internal RmsNorm(long size, double eps, ScalarType dtype, Device device) : base(nameof(RmsNorm))
    {
        _eps = eps;
        _weight = new Parameter(empty(size, dtype: dtype, device: device));
        register_parameter("weight", _weight);
    }

    internal Parameter Weight => _weight;

    internal double Eps => _eps;

    /// <summary>[..., size] → [..., size], same dtype</summary>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor x = input.dtype == ScalarType.Float32 ? input : input.to(ScalarType.Float32);
        Tensor scale = x.square().mean([-1], keepdim: true).add_(_eps).rsqrt();
        Tensor normed = x * scale;
        if (normed.dtype != input.dtype)
            normed = normed.to(input.dtype);
        return (normed * _weight).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Does nothing: everything is registered under the hub's names; TorchSharp would add the fields under theirs on a mode
    /// change.
    /// </summary>
    protected override void RegisterComponents()
    {
    }
}
