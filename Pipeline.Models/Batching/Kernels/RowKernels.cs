using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Batching.Kernels;

/// <summary>
/// What a decoder layer does to each row by itself, in float32. A row's result does not depend on which rows are computed with
/// it, unlike with libtorch, whose vectorised loops treat the last numbers of a part differently from the others.
/// </summary>
internal static unsafe class RowKernels
{
    private const int Lanes = VectorMath.Lanes;

    /// <summary>y = x / sqrt(mean(x²) + eps) × weight</summary>
    /// <param name="x">[rows, width] float32.</param>
    /// <param name="weight">[width]</param>
    /// <param name="eps">Added to the mean.</param>
    /// <param name="y">[rows, width] float32; may be x.</param>
    public static void Norm<TWeight>(Matrix x, Matrix weight, float eps, Matrix y)
        where TWeight : struct, IElement => KernelThreads.For(x.Rows, x.Width, (from, to) =>
    {
        for (long row = from; row < to; row++)
            NormRow<TWeight>((float*)x.Row<Float32Element>(row), (byte*)weight.Data, x.Width, eps, (float*)y.Row<Float32Element>(row));
    });

    /// <summary>One row of <see cref="Norm{TWeight}"/>.</summary>
    public static void NormRow<TWeight>(float* x, byte* weight, long width, float eps, float* y)
        where TWeight : struct, IElement
    {
        Vector512<float> squares = default;
        long i = 0;
        for (; i + Lanes <= width; i += Lanes)
        {
            Vector512<float> value = Vector512.Load(x + i);
            squares = Vector512.FusedMultiplyAdd(value, value, squares);
        }
        float sum = Vector512.Sum(squares);
        for (; i < width; i++)
            sum = MathF.FusedMultiplyAdd(x[i], x[i], sum);
        float scale = 1 / MathF.Sqrt(sum / width + eps);
        for (i = 0; i + Lanes <= width; i += Lanes)
            (Vector512.Load(x + i) * Vector512.Create(scale) * TWeight.Load(weight, i)).Store(y + i);
        for (; i < width; i++)
            y[i] = x[i] * scale * TWeight.LoadOne(weight, i);
    }

    /// <summary>y = silu(gate) × up</summary>
    /// <param name="gateUp">[rows, 2 × width] float32: gate, then up.</param>
    /// <param name="y">[rows, width] float32.</param>
    public static void GatedSilu(Matrix gateUp, Matrix y) => KernelThreads.For(y.Rows, 4 * y.Width, (from, to) =>
    {
        float* last = stackalloc float[3 * Lanes];
        for (long row = from; row < to; row++)
        {
            float* gate = (float*)gateUp.Row<Float32Element>(row), up = gate + y.Width, result = (float*)y.Row<Float32Element>(row);
            long i = 0;
            for (; i + Lanes <= y.Width; i += Lanes)
                GatedSilu(gate + i, up + i, result + i);
            int rest = (int)(y.Width - i);
            if (rest == 0)
                continue;
            new Span<float>(gate + i, rest).CopyTo(new Span<float>(last, rest));
            new Span<float>(up + i, rest).CopyTo(new Span<float>(last + Lanes, rest));
            GatedSilu(last, last + Lanes, last + 2 * Lanes);
            new Span<float>(last + 2 * Lanes, rest).CopyTo(new Span<float>(result + i, rest));
        }
    });

    /// <summary>Rotates the first dims of a head in pairs (i, i + dims / 2), in place.</summary>
    /// <param name="head">[head]</param>
    /// <param name="cos">[dims / 2]</param>
    /// <param name="sin">[dims / 2]</param>
    /// <param name="half">dims / 2</param>
    public static void Rotate(float* head, float* cos, float* sin, int half)
    {
        for (int i = 0; i < half; i++)
        {
            float first = head[i], second = head[i + half];
            head[i] = MathF.FusedMultiplyAdd(-second, sin[i], first * cos[i]);
            head[i + half] = MathF.FusedMultiplyAdd(first, sin[i], second * cos[i]);
        }
    }

    /// <summary>y += x</summary>
    public static void Add(Matrix y, Matrix x) => KernelThreads.For(y.Rows, y.Width, (from, to) =>
    {
        for (long row = from; row < to; row++)
            AddRow((float*)y.Row<Float32Element>(row), (float*)x.Row<Float32Element>(row), y.Width);
    });

    /// <summary>y += bias in each row.</summary>
    public static void AddBias<TBias>(Matrix y, Matrix bias)
        where TBias : struct, IElement => KernelThreads.For(y.Rows, y.Width, (from, to) =>
    {
        for (long row = from; row < to; row++)
        {
            float* at = (float*)y.Row<Float32Element>(row);
            for (long i = 0; i < y.Width; i++)
                at[i] += TBias.LoadOne((byte*)bias.Data, i);
        }
    });

    /// <summary>y = y × factor + bias × (1 − factor) in each row, as DoRA does.</summary>
    /// <param name="y">[rows, width] float32.</param>
    /// <param name="factor">[1, width] float32.</param>
    /// <param name="bias">[1, width] or null.</param>
    public static void Rescale<TBias>(Matrix y, Matrix factor, Matrix? bias)
        where TBias : struct, IElement => KernelThreads.For(y.Rows, y.Width, (from, to) =>
    {
        float* factors = (float*)factor.Data;
        for (long row = from; row < to; row++)
        {
            float* at = (float*)y.Row<Float32Element>(row);
            for (long i = 0; i < y.Width; i++)
                at[i] = at[i] * factors[i] + (bias is { } added ? TBias.LoadOne((byte*)added.Data, i) * (1 - factors[i]) : 0);
        }
    });

    /// <summary>Copies rows to another type.</summary>
    public static void Convert<TFrom, TTo>(Matrix from, Matrix to)
        where TFrom : struct, IElement
        where TTo : struct, IElement => KernelThreads.For(from.Rows, from.Width, (start, end) =>
    {
        for (long row = start; row < end; row++)
            ConvertRow<TFrom, TTo>(from.Row<TFrom>(row), to.Row<TTo>(row), from.Width);
    });

    /// <summary>Copies one row to another type.</summary>
    public static void ConvertRow<TFrom, TTo>(byte* from, byte* to, long width)
        where TFrom : struct, IElement
        where TTo : struct, IElement
    {
        long i = 0;
        for (; i + Lanes <= width; i += Lanes)
            TTo.Store(to, i, TFrom.Load(from, i));
        for (; i < width; i++)
            TTo.StoreOne(to, i, TFrom.LoadOne(from, i));
    }

    private static void AddRow(float* y, float* x, long width)
    {
        long i = 0;
        for (; i + Lanes <= width; i += Lanes)
            (Vector512.Load(y + i) + Vector512.Load(x + i)).Store(y + i);
        for (; i < width; i++)
            y[i] += x[i];
    }

    private static void GatedSilu(float* gate, float* up, float* result)
    {
        Vector512<float> value = Vector512.Load(gate);
        (value / (Vector512<float>.One + VectorMath.Exp(-value)) * Vector512.Load(up)).Store(result);
    }
}
