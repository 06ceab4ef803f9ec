using Pipeline.Models.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Layers;

/// <summary>Pre-norm transformer layer: x + attention(norm(x)), then x + feed-forward(norm(x)).</summary>
internal sealed class DecoderLayer : nn.Module
{
    private readonly RmsNorm _inputNorm;
    private readonly RmsNorm _postNorm;
    private readonly Attention _attention;
    private readonly FeedForward _feedForward;

    public DecoderLayer(LayerShape shape, int layer, ScalarType dtype, Device device, BaseQuantization? quantization)
        : base(nameof(DecoderLayer))
    {
        _attention = new Attention(shape, layer, dtype, device, quantization);
        _feedForward = new FeedForward(shape, dtype, device, quantization);
        _inputNorm = new RmsNorm(shape.HiddenSize, shape.RmsNormEps, dtype, device);
        _postNorm = new RmsNorm(shape.HiddenSize, shape.RmsNormEps, dtype, device);
        register_module("self_attn", _attention);
        register_module("mlp", _feedForward);
        register_module("input_layernorm", _inputNorm);
        register_module("post_attention_layernorm", _postNorm);
    }

    public RmsNorm InputNorm => _inputNorm;

    public RmsNorm PostNorm => _postNorm;

    public Attention Attention => _attention;

    public FeedForward FeedForward => _feedForward;

    /// <inheritdoc cref="Layers.Attention.Forward"/>
    public Tensor Forward(Tensor x, Tensor cos, Tensor sin, AttentionMask mask, KvCache? cache)
    {
        using DisposeScope scope = NewDisposeScope();
        x = x + _attention.Forward(_inputNorm.forward(x), cos, sin, mask, cache);
        return (x + _feedForward.forward(_postNorm.forward(x))).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Does nothing: everything is registered under the hub's names; TorchSharp would add the fields under theirs on a mode
    /// change.
    /// </summary>
    protected override void RegisterComponents()
    {
    }
}
