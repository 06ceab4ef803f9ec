using Pipeline.Models.Families;
using Pipeline.Models.Layers;
using Pipeline.Models.Quantization;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Lora;

/// <summary>Makes the weights of a new adapter.</summary>
public static class LoraInjector
{
    /// <summary>
    /// Freezes the model and attaches a new trainable adapter, which changes nothing at first: A is uniform within
    /// ±1/sqrt(in), as PEFT's kaiming_uniform(a = sqrt 5) gives it, B is zero, and a magnitude of DoRA is the row's norm.
    /// </summary>
    /// <param name="model">Base model; its weights stop requiring gradients.</param>
    /// <param name="config">Rank, scaling and targets.</param>
    /// <param name="seed">Of the generator that draws A.</param>
    /// <exception cref="InputException">A target matches no linear layer, or rank, alpha or dropout is out of range.</exception>
    public static LoraAdapter Inject(DecoderModel model, LoraConfig config, long seed)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(config);
        using IDisposable noGrad = no_grad();
        using Generator generator = new((ulong)seed, CPU);
        // Drawn on the CPU: the same seed gives the same adapter on every device.
        LoraAdapter adapter = Create(model, config, ScalarType.Float32, (layer, rank) =>
        {
            double bound = 1 / Math.Sqrt(layer.InFeatures);
            Tensor a = empty(rank, layer.InFeatures).uniform_(-bound, bound, generator);
            return new LoraWeights(a, zeros(layer.OutFeatures, rank), config.UseDora ? Lengths(layer, model.DType) : null);
        });
        Freeze(model);
        MakeTrainable(adapter);
        adapter.Attach();
        return adapter;
    }

    /// <summary>The base's weights take no gradient from now on.</summary>
    internal static void Freeze(DecoderModel model)
    {
        foreach (TorchSharp.Modules.Parameter parameter in model.parameters())
            parameter.requires_grad = false;
    }

    internal static void MakeTrainable(LoraAdapter adapter)
    {
        foreach ((_, Tensor weight) in adapter.NamedTensors())
            weight.requires_grad = true;
    }

    /// <summary>An adapter, not yet attached, whose weights come from <paramref name="make"/> (layer and rank → A, B, magnitude).</summary>
    internal static LoraAdapter Create(DecoderModel model, LoraConfig config, ScalarType dtype, Func<ProjectionLayer, int,
        LoraWeights> make,
        Device? device = null)
    {
        (string Name, ProjectionLayer Layer)[] layers = [.. model.Projections()];
        TargetModules targets = TargetModules.Resolve(config, [.. layers.Select(l => l.Name)]);
        List<(ProjectionLayer, LoraLinear)> parts = new();
        foreach ((string name, ProjectionLayer layer) in layers.Where(l => targets.Contains(l.Name)))
        {
            using DisposeScope scope = NewDisposeScope();
            (Tensor a, Tensor b, Tensor? magnitude) = make(layer, config.RankOf(name));
            // A magnitude stays in float32, as its quotient with the norm is near 1.
            LoraWeights weights = new(Own(a, dtype), Own(b, dtype), magnitude is null ? null : Own(magnitude, ScalarType.Float32));
            parts.Add((layer, new LoraLinear(name, weights, config.ScalingOf(name))));
        }
        return new LoraAdapter(model, config, parts);

        // The weights live as long as the adapter, whatever dispose scope the caller is in.
        Tensor Own(Tensor weight, ScalarType type) => weight.to(type, device ?? model.Device).DetachFromDisposeScope();
    }

    // From the weight as the forward pass sees it, so that nothing changes at first.
    private static Tensor Lengths(ProjectionLayer layer, ScalarType dtype)
    {
        using BorrowedWeight weight = layer.Borrow(dtype);
        return RowNorms.Of(weight.Dense);
    }
}
