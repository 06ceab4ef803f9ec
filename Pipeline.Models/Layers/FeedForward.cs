using Pipeline.Models.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Layers;

/// <summary>
/// SwiGLU feed-forward, fused (<c>gate_up_proj</c>) or split (<c>gate_proj</c>, <c>up_proj</c>): down(silu(gate) × up).
/// Reference: transformers <c>Phi3MLP</c>, <c>LlamaMLP</c>; arXiv:2002.05202.
/// </summary>
internal sealed class FeedForward : nn.Module<Tensor, Tensor>
{
    private readonly ProjectionLayer[] _inputs;     // one fused [2 * intermediate, hidden], or gate and up
    private readonly ProjectionLayer _down;         // [hidden, intermediate]

    public FeedForward(LayerShape shape, ScalarType dtype, Device device, BaseQuantization? quantization) : base(nameof(FeedForward))
    {
        ProjectionLayer[] projections = [.. shape.FeedForwardProjections.Select(p =>
        {
            ProjectionLayer projection = new(p.InFeatures, p.OutFeatures, p.HasBias, dtype, device, quantization);
            register_module(p.Name, projection);
            return projection;
        })];
        (_inputs, _down) = (projections[..^1], projections[^1]);
    }

    /// <summary>One fused projection, or gate and up.</summary>
    public IReadOnlyList<ProjectionLayer> Inputs => _inputs;

    /// <summary>[hidden, intermediate]</summary>
    public ProjectionLayer Down => _down;

    /// <summary>[batch, seq, hidden] → [batch, seq, hidden]</summary>
    public override Tensor forward(Tensor input)
    {
        using DisposeScope scope = NewDisposeScope();
        Tensor gate, up;
        if (_inputs.Length == 2)
        {
            (gate, up) = (_inputs[0].forward(input), _inputs[1].forward(input));
        }
        else
        {
            Tensor[] halves = _inputs[0].forward(input).chunk(2, -1);
            (gate, up) = (halves[0], halves[1]);
        }
        return _down.forward(nn.functional.silu(gate) * up).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Does nothing: everything is registered under the hub's names; TorchSharp would add the fields under theirs on a mode
    /// change.
    /// </summary>
    protected override void RegisterComponents()
    {
    }
}
