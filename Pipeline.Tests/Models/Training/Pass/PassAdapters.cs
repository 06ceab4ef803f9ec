using Pipeline.Models.Families;
using Pipeline.Models.Lora;
using static TorchSharp.torch;

namespace Pipeline.Tests.Models.Training.Pass;

/// <summary>Adapters for tests of gradients.</summary>
internal static class PassAdapters
{
    /// <summary>An adapter whose B is not zero, attached.</summary>
    public static LoraAdapter Inject(DecoderModel model, string target, bool dora = false)
    {
        LoraAdapter adapter = LoraInjector.Inject(model, new LoraConfig { Rank = 4, Alpha = 6, TargetModules = [target], UseDora = dora },
            seed: 1);
        using IDisposable noGrad = no_grad();
        using Generator generator = new(3);
        foreach ((string name, Tensor weight) in adapter.NamedTensors())
        {
            if (name.Contains("magnitude", StringComparison.Ordinal))
                weight.mul_(1.3);
            else
                weight.normal_(0, 0.2, generator);
        }
        return adapter;
    }

    /// <summary>Copies of the gradients; the next backward starts from zero again.</summary>
    public static Tensor[] Gradients(LoraAdapter adapter)
    {
        Tensor[] copies = [.. adapter.NamedTensors().Select(w => w.Value.grad!.clone())];
        foreach ((_, Tensor weight) in adapter.NamedTensors())
            weight.grad!.zero_();
        return copies;
    }

    /// <summary>Norm of the difference over the norm of the second.</summary>
    public static double Distance(Tensor ours, Tensor theirs) => ((ours - theirs).norm() / theirs.norm().clamp_min(1e-12)).item<float>();
}
