using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Training.Pass.Kernels;

/// <summary>RMS norm and its gradient, one row at a time in cache. Reference: transformers <c>LlamaRMSNorm</c>; arXiv:1910.07467.</summary>
internal static unsafe class NormKernel<T>
    where T : IElement
{
    public static void Forward(Matrix x, Matrix weight, double eps, Matrix y) => KernelThreads.For(x.Rows, x.Width, (from, to) =>
    {
        byte* w = weight.Row<T>(0);
        for (long row = from; row < to; row++)
        {
            byte* source = x.Row<T>(row), result = y.Row<T>(row);
            float scale = Scale(source, x.Width, eps);
            long i = 0;
            for (; i + 16 <= x.Width; i += 16)
                T.Store(result, i, T.Load(source, i) * scale * T.Load(w, i));
            for (; i < x.Width; i++)
                T.StoreOne(result, i, T.LoadOne(source, i) * scale * T.LoadOne(w, i));
        }
    });

    // y = w x s with s = (mean(x²) + eps)^-1/2, so dx = s w dy - x s³ / n · sum(w dy x).
    public static void Backward(Matrix dy, Matrix x, Matrix weight, double eps, Matrix dx) =>
        KernelThreads.For(x.Rows, x.Width, (from, to) =>
    {
        byte* w = weight.Row<T>(0);
        for (long row = from; row < to; row++)
        {
            byte* source = x.Row<T>(row), gradient = dy.Row<T>(row), result = dx.Row<T>(row);
            float scale = Scale(source, x.Width, eps);
            Vector512<float> sums = Vector512<float>.Zero;
            long i = 0;
            for (; i + 16 <= x.Width; i += 16)
                sums = Vector512.FusedMultiplyAdd(T.Load(w, i) * T.Load(gradient, i), T.Load(source, i), sums);
            float sum = Vector512.Sum(sums);
            for (; i < x.Width; i++)
                sum += T.LoadOne(w, i) * T.LoadOne(gradient, i) * T.LoadOne(source, i);
            float pull = -sum * scale * scale * scale / x.Width;
            for (i = 0; i + 16 <= x.Width; i += 16)
            {
                Vector512<float> own = T.Load(w, i) * T.Load(gradient, i) * scale;
                T.Store(result, i, T.Load(result, i) + Vector512.FusedMultiplyAdd(T.Load(source, i), Vector512.Create(pull), own));
            }
            for (; i < x.Width; i++)
                T.StoreOne(result, i, T.LoadOne(result, i) + T.LoadOne(w, i) * T.LoadOne(gradient, i) * scale
                    + T.LoadOne(source, i) * pull);
        }
    });

    private static float Scale(byte* row, long width, double eps)
    {
        Vector512<float> squares = Vector512<float>.Zero;
        long i = 0;
        for (; i + 16 <= width; i += 16)
        {
            Vector512<float> value = T.Load(row, i);
            squares = Vector512.FusedMultiplyAdd(value, value, squares);
        }
        float sum = Vector512.Sum(squares);
        for (; i < width; i++)
            sum += T.LoadOne(row, i) * T.LoadOne(row, i);
        return (float)(1 / Math.Sqrt((double)sum / width + eps));
    }
}
