using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;
using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass.Kernels;

/// <summary>One AdamW update of float32 weights in a single sweep over weights, gradients and both moments.</summary>
internal static unsafe class AdamKernel
{
    public static void Step(Tensor weight, Tensor gradient, Tensor mean, Tensor square, AdamFactors factors)
    {
        nint w = TensorMemory.Start(weight), g = TensorMemory.Start(gradient), m = TensorMemory.Start(mean), v = TensorMemory.Start(square);
        KernelThreads.For(weight.NumberOfElements, 1, (from, to) => Run((float*)w, (float*)g, (float*)m, (float*)v, from, to, factors));
    }

    private static void Run(float* w, float* g, float* m, float* v, long from, long to, AdamFactors f)
    {
        long i = from;
        for (; i + 16 <= to; i += 16)
        {
            Vector512<float> gradient = Vector512.Load(g + i) * f.GradientScale, mean = Vector512.Load(m + i);
            mean = Vector512.FusedMultiplyAdd(gradient - mean, Vector512.Create(1 - f.Beta1), mean);
            Vector512<float> square = Vector512.FusedMultiplyAdd(gradient * gradient, Vector512.Create(1 - f.Beta2),
                Vector512.Load(v + i) * f.Beta2);
            Vector512<float> denominator = Vector512.FusedMultiplyAdd(Vector512.Sqrt(square), Vector512.Create(f.InverseRootCorrection),
                Vector512.Create(f.Epsilon));
            mean.Store(m + i);
            square.Store(v + i);
            Vector512.FusedMultiplyAdd(mean / denominator, Vector512.Create(f.NegativeStep), Vector512.Load(w + i) * f.Keep).Store(w + i);
        }
        for (; i < to; i++)
        {
            float gradient = g[i] * f.GradientScale;
            m[i] = MathF.FusedMultiplyAdd(gradient - m[i], 1 - f.Beta1, m[i]);
            v[i] = MathF.FusedMultiplyAdd(gradient * gradient, 1 - f.Beta2, v[i] * f.Beta2);
            float denominator = MathF.FusedMultiplyAdd(MathF.Sqrt(v[i]), f.InverseRootCorrection, f.Epsilon);
            w[i] = MathF.FusedMultiplyAdd(m[i] / denominator, f.NegativeStep, w[i] * f.Keep);
        }
    }
}

/// <summary>The numbers of one update.</summary>
/// <param name="GradientScale">Factor from clipping.</param>
/// <param name="Keep">Fraction of a weight left after weight decay.</param>
/// <param name="Beta1">Decay of the first moment.</param>
/// <param name="Beta2">Decay of the second moment.</param>
/// <param name="InverseRootCorrection">1 / sqrt(1 - beta2^t)</param>
/// <param name="Epsilon">Added to the square root.</param>
/// <param name="NegativeStep">Minus the corrected learning rate.</param>
internal readonly record struct AdamFactors(
    float GradientScale, float Keep, float Beta1, float Beta2, float InverseRootCorrection, float Epsilon, float NegativeStep);
