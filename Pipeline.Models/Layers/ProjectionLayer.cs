using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Models.Layers;

/// <summary>
/// Linear layer under its hub name (<c>weight</c> [out, in], optional <c>bias</c> [out]) with a place where an adapter
/// attaches without changing any weight name.
/// </summary>
public sealed class ProjectionLayer : nn.Module<Tensor, Tensor>
{
    private readonly Parameter? _bias;

    internal ProjectionLayer(long inFeatures, long outFeatures, bool hasBias, ScalarType dtype, Device device)
        : base(nameof(ProjectionLayer))
    {
        InFeatures = inFeatures;
        OutFeatures = outFeatures;
        Weight = new Parameter(empty(outFeatures, inFeatures, dtype: dtype, device: device));
        register_parameter("weight", Weight);
        if (hasBias)
        {
            _bias = new Parameter(empty(outFeatures, dtype: dtype, device: device));
            register_parameter("bias", _bias);
        }
    }

    /// <summary>Input width.</summary>
    public long InFeatures { get; }

    /// <summary>Output width.</summary>
    public long OutFeatures { get; }

    /// <summary>[out, in]</summary>
    public Parameter Weight { get; }

    /// <summary>The adapter on this layer, or null. Not owned.</summary>
    public IProjectionDelta? Delta { get; set; }

    /// <summary>[..., in] → [..., out]</summary>
    public override Tensor forward(Tensor input)
    {
        Tensor output = nn.functional.linear(input, Weight, _bias);
        if (Delta is null)
            return output;
        Tensor extended = Delta.Add(input, output);
        if (!ReferenceEquals(extended, output))
            output.Dispose();
        return extended;
    }

    /// <summary>Nothing: everything is registered under the hub's names. TorchSharp would add the fields under theirs when the mode changes.</summary>
    protected override void RegisterComponents()
    {
    }
}
