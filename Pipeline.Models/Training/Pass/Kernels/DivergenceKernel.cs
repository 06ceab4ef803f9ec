using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Training.Pass.Kernels;

/// <summary>Divergence of whole rows of logits from those of the base, and its gradient in place of the logits.</summary>
internal static unsafe class DivergenceKernel<T>
    where T : IElement
{
    public static double Run(Matrix logits, Matrix baseLogits, double gradientScale)
    {
        double[] divergences = new double[logits.Rows];
        KernelThreads.For(logits.Rows, logits.Width, (from, to) =>
        {
            for (long row = from; row < to; row++)
                divergences[row] = Row(logits.Row<T>(row), baseLogits.Row<T>(row), logits.Width, (float)gradientScale);
        });
        return divergences.Sum(); // in row order, whichever thread computed them
    }

    private static double Row(byte* values, byte* bases, long width, float scale)
    {
        (float most, float sum) = CrossEntropyKernel<T>.LogSum(values, width);
        (float baseMost, float baseSum) = CrossEntropyKernel<T>.LogSum(bases, width);
        float lse = most + MathF.Log(sum), baseLse = baseMost + MathF.Log(baseSum);
        Vector512<float> divergence = Vector512<float>.Zero;
        long i = 0;
        for (; i + 16 <= width; i += 16)
        {
            Vector512<float> own = T.Load(values, i) - Vector512.Create(lse), other = T.Load(bases, i) - Vector512.Create(baseLse);
            Vector512<float> wanted = VectorMath.Exp(other);
            divergence += wanted * (other - own);
            T.Store(values, i, (VectorMath.Exp(own) - wanted) * scale);
        }
        double total = Vector512.Sum(divergence);
        for (; i < width; i++)
        {
            float own = T.LoadOne(values, i) - lse, other = T.LoadOne(bases, i) - baseLse, wanted = VectorMath.Exp(other);
            total += wanted * (other - own);
            T.StoreOne(values, i, (VectorMath.Exp(own) - wanted) * scale);
        }
        return total;
    }
}
