using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Training.Pass.Kernels;

/// <summary>Softmax cross-entropy of whole rows, and its gradient in place of the logits.</summary>
internal static unsafe class CrossEntropyKernel<T>
    where T : IElement
{
    public static double Run(Matrix logits, Matrix targets, double? gradientScale)
    {
        double[] losses = new double[logits.Rows];
        KernelThreads.For(logits.Rows, logits.Width, (from, to) =>
        {
            for (long row = from; row < to; row++)
                losses[row] = Row(logits.Row<T>(row), logits.Width, ((long*)targets.Data)[row], gradientScale);
        });
        return losses.Sum(); // in row order, whichever thread computed them
    }

    private static double Row(byte* values, long width, long target, double? gradientScale)
    {
        (float most, float sum) = LogSum(values, width);
        float own = T.LoadOne(values, target);
        if (gradientScale is { } scale)
        {
            float factor = (float)(scale / sum);
            long i = 0;
            for (; i + 16 <= width; i += 16)
                T.Store(values, i, VectorMath.Exp(T.Load(values, i) - Vector512.Create(most)) * factor);
            for (; i < width; i++)
                T.StoreOne(values, i, VectorMath.Exp(T.LoadOne(values, i) - most) * factor);
            // Computed from the float, so that a type with few bits rounds only once.
            T.StoreOne(values, target, (VectorMath.Exp(own - most) / sum - 1) * (float)scale);
        }
        return Math.Log(sum) + most - own;
    }

    /// <summary>The largest value of a row, and the sum of e^(value - largest).</summary>
    public static (float Most, float Sum) LogSum(byte* values, long width)
    {
        Vector512<float> largest = Vector512.Create(float.NegativeInfinity);
        long i = 0;
        for (; i + 16 <= width; i += 16)
            largest = Vector512.Max(largest, T.Load(values, i));
        float most = float.NegativeInfinity;
        for (int lane = 0; lane < 16; lane++)
            most = MathF.Max(most, largest[lane]);
        for (; i < width; i++)
            most = MathF.Max(most, T.LoadOne(values, i));

        Vector512<float> sums = Vector512<float>.Zero;
        for (i = 0; i + 16 <= width; i += 16)
            sums += VectorMath.Exp(T.Load(values, i) - Vector512.Create(most));
        float sum = Vector512.Sum(sums);
        for (; i < width; i++)
            sum += VectorMath.Exp(T.LoadOne(values, i) - most);
        return (most, sum);
    }
}
