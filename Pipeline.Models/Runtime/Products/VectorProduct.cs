using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Models.Runtime.Products;

/// <summary>
/// A few rows times a weight, as in each step of decoding: every number of the weight is read from memory once for all rows,
/// which takes nearly all the time. A row's result does not depend on the other rows.
/// </summary>
internal static unsafe class VectorProduct<T>
    where T : struct, IElement
{
    /// <summary>Maximum rows that one pass serves.</summary>
    public const int MostRows = 16;

    /// <summary>y = x Wᵀ</summary>
    /// <param name="x">[rows, in]; at most <see cref="MostRows"/>.</param>
    /// <param name="weight">[out, in]</param>
    /// <param name="y">[rows, out], result.</param>
    public static void Into(Matrix x, Matrix weight, Matrix y) => KernelThreads.For(weight.Rows, weight.Width * x.Rows, (from, to) =>
    {
        float* wide = Widen(x, Scratch.OfThread(BytesOf(x)));
        for (long output = from; output < to; output++)
            StoreColumn<T>(wide, x, weight.Row<T>(output), y, output);
    });

    /// <summary>The same with a weight that is stored in another form.</summary>
    /// <param name="x">[rows, in]; at most <see cref="MostRows"/>.</param>
    /// <param name="read">Reads its rows; called by several threads at once.</param>
    /// <param name="y">[rows, out], result.</param>
    public static void Into(Matrix x, RowReader read, Matrix y) => KernelThreads.For(y.Width, x.Width * x.Rows, (from, to) =>
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
        float* dots = stackalloc float[MostRows];
        RowDots<TWeight>.Into(wide, StrideOf(x), x.Rows, weights, x.Width, dots);
        for (long row = 0; row < x.Rows; row++)
            T.StoreOne(y.Row<T>(row), output, dots[row]);
    }

    private static long StrideOf(Matrix x) => (x.Width + RowDots<T>.Lanes - 1) / RowDots<T>.Lanes * RowDots<T>.Lanes;

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
}

/// <summary>Rows of float32 times one row of a weight. Each product has the same order of sums, whatever rows are beside it.</summary>
internal static unsafe class RowDots<TWeight>
    where TWeight : struct, IElement
{
    /// <summary>Numbers of a vector.</summary>
    public const int Lanes = 16;

    /// <summary>result[r] = x[r] · weights</summary>
    /// <param name="x">Rows.</param>
    /// <param name="stride">Numbers from one row to the next.</param>
    /// <param name="rows">Their number.</param>
    /// <param name="weights">One row of the weight.</param>
    /// <param name="width">Numbers of a row.</param>
    /// <param name="result">One number for each row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Into(float* x, long stride, long rows, byte* weights, long width, float* result)
    {
        long row = 0;
        for (; row + 4 <= rows; row += 4)
            Four(x + row * stride, stride, weights, width, result + row);
        for (; row < rows; row++)
            result[row] = One(x + row * stride, weights, width);
    }

    private static float One(float* x, byte* weights, long width)
    {
        Vector512<float> even = Vector512<float>.Zero, odd = Vector512<float>.Zero;
        long i = 0;
        for (; i + 2 * Lanes <= width; i += 2 * Lanes)
        {
            even = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), TWeight.Load(weights, i), even);
            odd = Vector512.FusedMultiplyAdd(Vector512.Load(x + i + Lanes), TWeight.Load(weights, i + Lanes), odd);
        }
        return Rest(x, weights, i, width, even + odd);
    }

    private static void Four(float* x, long stride, byte* weights, long width, float* result)
    {
        Vector512<float> even0 = default, odd0 = default, even1 = default, odd1 = default, even2 = default, odd2 = default,
            even3 = default, odd3 = default;
        float* x1 = x + stride, x2 = x1 + stride, x3 = x2 + stride;
        long i = 0;
        for (; i + 2 * Lanes <= width; i += 2 * Lanes)
        {
            Vector512<float> even = TWeight.Load(weights, i), odd = TWeight.Load(weights, i + Lanes);
            even0 = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), even, even0);
            odd0 = Vector512.FusedMultiplyAdd(Vector512.Load(x + i + Lanes), odd, odd0);
            even1 = Vector512.FusedMultiplyAdd(Vector512.Load(x1 + i), even, even1);
            odd1 = Vector512.FusedMultiplyAdd(Vector512.Load(x1 + i + Lanes), odd, odd1);
            even2 = Vector512.FusedMultiplyAdd(Vector512.Load(x2 + i), even, even2);
            odd2 = Vector512.FusedMultiplyAdd(Vector512.Load(x2 + i + Lanes), odd, odd2);
            even3 = Vector512.FusedMultiplyAdd(Vector512.Load(x3 + i), even, even3);
            odd3 = Vector512.FusedMultiplyAdd(Vector512.Load(x3 + i + Lanes), odd, odd3);
        }
        result[0] = Rest(x, weights, i, width, even0 + odd0);
        result[1] = Rest(x1, weights, i, width, even1 + odd1);
        result[2] = Rest(x2, weights, i, width, even2 + odd2);
        result[3] = Rest(x3, weights, i, width, even3 + odd3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Rest(float* x, byte* weights, long i, long width, Vector512<float> sums)
    {
        float sum = Vector512.Sum(sums);
        for (; i < width; i++)
            sum += x[i] * TWeight.LoadOne(weights, i);
        return sum;
    }
}

/// <summary>Writes one row of a weight as float32.</summary>
/// <param name="row">Its number.</param>
/// <param name="target">[in]</param>
internal unsafe delegate void RowReader(long row, float* target);
