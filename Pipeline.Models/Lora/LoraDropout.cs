using static TorchSharp.torch;

namespace Pipeline.Models.Lora;

/// <summary>
/// Inverted dropout on a generator of its own, re-seeded for every micro-step: what is dropped depends on the seed and the
/// position in the training alone, so a resumed run drops the same inputs as an unbroken one.
/// </summary>
internal sealed class LoraDropout(double probability, Device device) : IDisposable
{
    private readonly Generator _generator = new(0, device);

    /// <summary>Starts the sequence of masks of one micro-step.</summary>
    public void Reseed(long seed) => _generator.manual_seed(seed);

    /// <summary>x with some inputs zero and the rest scaled by 1 / (1 - probability), in the type of x.</summary>
    public Tensor Apply(Tensor x)
    {
        Tensor mask = empty_like(x, requires_grad: false).bernoulli_(1 - probability, _generator);
        return x * mask.div_(1 - probability);
    }

    public void Dispose() => _generator.Dispose();
}
