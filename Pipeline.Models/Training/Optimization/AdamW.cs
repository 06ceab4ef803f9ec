using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Pass.Kernels;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Optimization;

/// <summary>
/// Adam with decoupled weight decay, in the order of operations of PyTorch's <c>_single_tensor_adamw</c>, with its state
/// exposed for checkpoints. Reference: Loshchilov and Hutter (2019).
/// </summary>
internal sealed class AdamW : IDisposable
{
    private readonly (string Name, Tensor Weight, Tensor Mean, Tensor Square)[] _slots;
    private readonly double _beta1, _beta2, _epsilon, _weightDecay;

    public AdamW(IEnumerable<KeyValuePair<string, Tensor>> weights, TrainingArguments arguments)
    {
        (_beta1, _beta2) = (arguments.AdamBeta1, arguments.AdamBeta2);
        (_epsilon, _weightDecay) = (arguments.AdamEpsilon, arguments.WeightDecay);
        _slots = [.. weights.Select(w => (w.Key, w.Value, Zeros(w.Value), Zeros(w.Value)))];
    }

    /// <summary>Updates made so far.</summary>
    public int Steps { get; set; }

    /// <summary>Both moments of every weight, by name: what a checkpoint holds besides <see cref="Steps"/>.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> State =>
        _slots.SelectMany(s =>
            new KeyValuePair<string, Tensor>[] { new(s.Name + ".exp_avg", s.Mean), new(s.Name + ".exp_avg_sq", s.Square) });

    /// <summary>Euclidean norm of all gradients combined.</summary>
    public double GradientNorm()
    {
        using DisposeScope scope = NewDisposeScope();
        using IDisposable noGrad = no_grad();
        Tensor[] norms = [.. _slots.Select(s => s.Weight.grad).OfType<Tensor>().Select(g => linalg.vector_norm(g, 2))];
        return norms.Length == 0 ? 0 : linalg.vector_norm(stack(norms), 2).item<float>();
    }

    /// <summary>Applies the gradients, each multiplied by <paramref name="gradientScale"/>, and frees them.</summary>
    public void Step(double learningRate, double gradientScale)
    {
        using IDisposable noGrad = no_grad();
        Steps++;
        double stepSize = learningRate / (1 - Math.Pow(_beta1, Steps));
        double rootCorrection = Math.Sqrt(1 - Math.Pow(_beta2, Steps));
        foreach ((_, Tensor weight, Tensor mean, Tensor square) in _slots)
        {
            using DisposeScope scope = NewDisposeScope();
            if (weight.grad is not { } gradient)
                continue;
            if (weight.device_type == DeviceType.CPU && weight.dtype == ScalarType.Float32)
            {
                AdamKernel.Step(weight, gradient, mean, square, new AdamFactors(
                    (float)gradientScale, (float)(1 - learningRate * _weightDecay), (float)_beta1, (float)_beta2,
                    (float)(1 / rootCorrection), (float)_epsilon, (float)-stepSize));
                continue;
            }
            if (gradientScale != 1)
                gradient.mul_(gradientScale);
            if (_weightDecay != 0)
                weight.mul_(1 - learningRate * _weightDecay);
            mean.lerp_(gradient, 1 - _beta1);
            square.mul_(_beta2).addcmul_(gradient, gradient, 1 - _beta2);
            Tensor denominator = square.sqrt().div_(rootCorrection).add_(_epsilon);
            weight.addcdiv_(mean, denominator, -stepSize);
        }
        ClearGradients();
    }

    /// <summary>Drops the gradients accumulated so far.</summary>
    public void ClearGradients()
    {
        using DisposeScope scope = NewDisposeScope(); // in-place operations return a handle too
        foreach ((_, Tensor weight, _, _) in _slots)
            weight.grad?.zero_();
    }

    public void Dispose()
    {
        foreach ((_, _, Tensor mean, Tensor square) in _slots)
        {
            mean.Dispose();
            square.Dispose();
        }
    }

    private static Tensor Zeros(Tensor like) => zeros(like.shape, dtype: like.dtype, device: like.device).DetachFromDisposeScope();
}
