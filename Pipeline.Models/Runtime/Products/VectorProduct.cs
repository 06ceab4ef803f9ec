using System.Runtime.Intrinsics;

namespace Pipeline.Models.Runtime.Products;

/// <summary>
/// A few rows times a weight, as in each step of decoding: every number of the weight is read once, which takes nearly all the
/// time.
/// </summary>
internal static unsafe class VectorProduct<T>
    where T : struct, IElement
{
    /// <summary>Maximum rows that one pass serves.</summary>
    public const int MostRows = 4;

    private const int Lanes = 16;

    /// <summary>y = x Wᵀ</summary>
    /// <param name="x">[rows, in]; at most <see cref="MostRows"/>.</param>
    /// <param name="weight">[out, in]</param>
    /// <param name="y">[rows, out], result.</param>
    public static void Into(Matrix x, Matrix weight, Matrix y) => KernelThreads.For(weight.Rows, weight.Width, (from, to) =>
    {
        float* wide = Widen(x, Scratch.OfThread(BytesOf(x)));
        for (long output = from; output < to; output++)
            StoreColumn<T>(wide, x, weight.Row<T>(output), y, output);
    });

    /// <summary>The same with a weight that is stored in another form.</summary>
    /// <param name="x">[rows, in]; at most <see cref="MostRows"/>.</param>
    /// <param name="read">Reads its rows; called by several threads at once.</param>
    /// <param name="y">[rows, out], result.</param>
    public static void Into(Matrix x, RowReader read, Matrix y) => KernelThreads.For(y.Width, x.Width, (from, to) =>
    {
        long rowBytes = x.Width * sizeof(float);
        Scratch scratch = Scratch.OfThread(BytesOf(x), rowBytes);
        float* wide = Widen(x, scratch), weights = (float*)scratch.Take(rowBytes);
        for (long output = from; output < to; output++)
        {
            read(output, weights);
            StoreColumn<Float32Element>(wide, x, (byte*)weights, y, output);
        }
    });

    private static void StoreColumn<TWeight>(float* wide, Matrix x, byte* weights, Matrix y, long output)
        where TWeight : struct, IElement
    {
        // After the first row, the weights are in the cache.
        for (long row = 0; row < x.Rows; row++)
            T.StoreOne(y.Row<T>(row), output, Dot<TWeight>(wide + row * StrideOf(x), weights, x.Width));
    }

    private static long StrideOf(Matrix x) => (x.Width + Lanes - 1) / Lanes * Lanes;

    private static long BytesOf(Matrix x) => x.Rows * StrideOf(x) * sizeof(float);

    private static float* Widen(Matrix x, Scratch scratch)
    {
        float* wide = (float*)scratch.Take(BytesOf(x));
        for (long row = 0; row < x.Rows; row++)
        {
            for (long i = 0; i < x.Width; i++)
                wide[row * StrideOf(x) + i] = T.LoadOne(x.Row<T>(row), i);
        }
        return wide;
    }

    private static float Dot<TWeight>(float* x, byte* weights, long width)
        where TWeight : struct, IElement
    {
        Vector512<float> even = Vector512<float>.Zero, odd = Vector512<float>.Zero;
        long i = 0;
        for (; i + 2 * Lanes <= width; i += 2 * Lanes)
        {
            even = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), TWeight.Load(weights, i), even);
            odd = Vector512.FusedMultiplyAdd(Vector512.Load(x + i + Lanes), TWeight.Load(weights, i + Lanes), odd);
        }
        float sum = Vector512.Sum(even + odd);
        for (; i < width; i++)
            sum += x[i] * TWeight.LoadOne(weights, i);
        return sum;
    }
}

/// <summary>Writes one row of a weight as float32.</summary>
/// <param name="row">Its number.</param>
/// <param name="target">[in]</param>
internal unsafe delegate void RowReader(long row, float* target);
