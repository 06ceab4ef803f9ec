using System.Runtime.Intrinsics;

namespace Pipeline.Models.Runtime.Products;

/// <summary>A few rows times a weight, as in each step of decoding: every number of the weight is read once, and that is the time it takes.</summary>
internal static unsafe class VectorProduct<T>
    where T : struct, IElement
{
    /// <summary>Most rows that one reading serves.</summary>
    public const int MostRows = 4;

    private const int Lanes = 16;

    /// <summary>y = x Wᵀ</summary>
    /// <param name="x">[rows, in]; at most <see cref="MostRows"/>.</param>
    /// <param name="weight">[out, in]</param>
    /// <param name="y">[rows, out], result.</param>
    public static void Into(Matrix x, Matrix weight, Matrix y) => KernelThreads.For(weight.Rows, weight.Width, (from, to) =>
    {
        long stride = (x.Width + Lanes - 1) / Lanes * Lanes;
        float* wide = (float*)Scratch.OfThread(x.Rows * stride * sizeof(float)).Take(x.Rows * stride * sizeof(float));
        for (long row = 0; row < x.Rows; row++)
        {
            for (long i = 0; i < x.Width; i++)
                wide[row * stride + i] = T.LoadOne(x.Row<T>(row), i);
        }
        for (long output = from; output < to; output++)
        {
            byte* weights = weight.Row<T>(output);
            for (long row = 0; row < x.Rows; row++)
                T.StoreOne(y.Row<T>(row), output, Dot(wide + row * stride, weights, x.Width)); // after the first row, the weights are in the cache
        }
    });

    private static float Dot(float* x, byte* weights, long width)
    {
        Vector512<float> even = Vector512<float>.Zero, odd = Vector512<float>.Zero;
        long i = 0;
        for (; i + 2 * Lanes <= width; i += 2 * Lanes)
        {
            even = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), T.Load(weights, i), even);
            odd = Vector512.FusedMultiplyAdd(Vector512.Load(x + i + Lanes), T.Load(weights, i + Lanes), odd);
        }
        float sum = Vector512.Sum(even + odd);
        for (; i < width; i++)
            sum += x[i] * T.LoadOne(weights, i);
        return sum;
    }
}
