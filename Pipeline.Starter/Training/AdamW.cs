using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Starter.Training;

/// <summary>
/// AdamW with its moments in reach, so that a checkpoint can hold them. Weight decay spares vectors (norms, biases).
/// Reference: Loshchilov and Hutter, "Decoupled Weight Decay Regularization" (2019).
/// </summary>
internal sealed class AdamW : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.95, Epsilon = 1e-8;

    private readonly (string Name, Parameter Parameter, Tensor Mean, Tensor Square)[] _state;
    private readonly double _weightDecay;

    public AdamW(IEnumerable<(string Name, Parameter Parameter)> parameters, double weightDecay)
    {
        _weightDecay = weightDecay;
        _state = [.. parameters.Select(p => (p.Name, p.Parameter,
            zeros_like(p.Parameter).DetachFromDisposeScope(), zeros_like(p.Parameter).DetachFromDisposeScope()))];
    }

    /// <summary>Updates made so far.</summary>
    public int Steps { get; set; }

    /// <summary>The moments by name, to save and to restore.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Moments =>
        _state.SelectMany(s => (KeyValuePair<string, Tensor>[])[new($"mean.{s.Name}", s.Mean), new($"square.{s.Name}", s.Square)]);

    /// <summary>Clips the gradients to a norm, applies them and clears them.</summary>
    /// <returns>The norm before clipping.</returns>
    public double Step(double learningRate, double maxGradientNorm)
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Steps++;
        double correction1 = 1 - Math.Pow(Beta1, Steps), correction2 = 1 - Math.Pow(Beta2, Steps);
        double norm = Math.Sqrt(_state.Sum(s => s.Parameter.grad is { } grad ? grad.square().sum().item<float>() : 0.0));
        double clip = norm > maxGradientNorm ? maxGradientNorm / (norm + 1e-6) : 1;
        foreach ((_, Parameter parameter, Tensor mean, Tensor square) in _state)
        {
            if (parameter.grad is not { } grad) continue;
            using DisposeScope step = NewDisposeScope();
            grad.mul_(clip);
            mean.mul_(Beta1).add_(grad, alpha: 1 - Beta1);
            square.mul_(Beta2).addcmul_(grad, grad, value: 1 - Beta2);
            if (parameter.dim() > 1) parameter.mul_(1 - learningRate * _weightDecay);
            Tensor denominator = (square / correction2).sqrt_().add_(Epsilon);
            parameter.addcdiv_(mean, denominator, value: -learningRate / correction1);
            grad.zero_();
        }
        return norm;
    }

    public void Dispose()
    {
        foreach ((_, _, Tensor mean, Tensor square) in _state)
        {
            mean.Dispose();
            square.Dispose();
        }
    }
}
