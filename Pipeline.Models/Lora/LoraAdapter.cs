using Pipeline.Models.Families;
using Pipeline.Models.Layers;
using static TorchSharp.torch;

namespace Pipeline.Models.Lora;

/// <summary>
/// The weights of one adapter for one model. A model can have several adapters; the attached one takes part in its forward
/// passes, and with none attached the base model is unchanged.
/// </summary>
public sealed class LoraAdapter : IDisposable
{
    private readonly DecoderModel _model;
    private readonly List<(ProjectionLayer Layer, LoraLinear Delta)> _parts;

    internal LoraAdapter(DecoderModel model, LoraConfig config, List<(ProjectionLayer Layer, LoraLinear Delta)> parts)
    {
        (_model, Config, _parts) = (model, config, parts);
    }

    /// <summary>Shape of the adapter.</summary>
    public LoraConfig Config { get; }

    /// <summary>Number of weights of the adapter.</summary>
    public long ParameterCount => NamedTensors().Sum(t => t.Value.NumberOfElements);

    /// <summary>The weights by PEFT's names, in the order of the model. Owned by the adapter.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> NamedTensors()
    {
        foreach ((_, LoraLinear delta) in _parts)
        {
            yield return new(PeftNames.A(delta.Name), delta.A);
            yield return new(PeftNames.B(delta.Name), delta.B);
            if (delta.Magnitude is { } magnitude)
                yield return new(PeftNames.Magnitude(delta.Name), magnitude);
        }
    }

    /// <summary>Makes the adapter part of the model's forward passes, in place of any other.</summary>
    public void Attach()
    {
        DetachAll(_model);
        foreach ((ProjectionLayer layer, LoraLinear delta) in _parts)
            layer.Delta = delta;
    }

    /// <summary>Leaves the model as it was without this adapter; does nothing when another one is attached.</summary>
    public void Detach()
    {
        foreach ((ProjectionLayer layer, LoraLinear delta) in _parts)
        {
            if (ReferenceEquals(layer.Delta, delta))
                layer.Delta = null;
        }
    }

    /// <summary>Takes any adapter off the model.</summary>
    public static void DetachAll(DecoderModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        foreach ((_, ProjectionLayer layer) in model.Projections())
            layer.Delta = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Detach();
        foreach ((_, LoraLinear delta) in _parts)
            delta.Dispose();
    }

    // The adapted layers by their short names: what `all` expands to for this model.
    internal IReadOnlyList<string> TargetNames => [.. TargetModules.Available(_parts.Select(p => p.Delta.Name))];

    internal IEnumerable<LoraLinear> Parts => _parts.Select(p => p.Delta);

    // The same with the layers they belong to.
    internal IReadOnlyList<(ProjectionLayer Layer, LoraLinear Delta)> LayerParts => _parts;
}
