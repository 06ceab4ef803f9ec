using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Layers.Steps;

/// <summary>What lies between the products of a decoding step, on one row of float32 at a time.</summary>
internal static unsafe class StepElementwise
{
    private const int Lanes = 16;

    /// <summary>RMS norm: y = x / √(mean x² + eps) × weight.</summary>
    /// <param name="x">The row.</param>
    /// <param name="weight">As many numbers.</param>
    /// <param name="eps">Added to the mean.</param>
    /// <param name="width">Numbers of the row.</param>
    /// <param name="y">Result; may be <paramref name="x"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Norm<T>(float* x, byte* weight, double eps, long width, float* y) where T : struct, IElement
    {
        Vector512<float> squares = Vector512<float>.Zero;
        long i = 0;
        for (; i + Lanes <= width; i += Lanes)
            squares = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(x + i), squares);
        float sum = Vector512.Sum(squares);
        for (; i < width; i++)
            sum += x[i] * x[i];
        float scale = 1 / MathF.Sqrt(sum / width + (float)eps);
        for (i = 0; i + Lanes <= width; i += Lanes)
            (Vector512.Load(x + i) * scale * T.Load(weight, i)).Store(y + i);
        for (; i < width; i++)
            y[i] = x[i] * scale * T.LoadOne(weight, i);
    }

    /// <summary>x += y</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* x, float* y, long width)
    {
        long i = 0;
        for (; i + Lanes <= width; i += Lanes)
            (Vector512.Load(x + i) + Vector512.Load(y + i)).Store(x + i);
        for (; i < width; i++)
            x[i] += y[i];
    }

    /// <summary>y = silu(gate) × up, where silu(g) = g / (1 + e^-g).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gate(float* gate, float* up, long width, float* y)
    {
        long i = 0;
        for (; i + Lanes <= width; i += Lanes)
        {
            Vector512<float> g = Vector512.Load(gate + i);
            (g / (Vector512<float>.One + Vector512.Exp(-g)) * Vector512.Load(up + i)).Store(y + i);
        }
        for (; i < width; i++)
            y[i] = gate[i] / (1 + MathF.Exp(-gate[i])) * up[i];
    }

    /// <summary>Rotates the first dims of a head, in pairs (i, i + dims / 2).</summary>
    /// <param name="head">The head, changed.</param>
    /// <param name="cos">dims / 2 numbers.</param>
    /// <param name="sin">dims / 2 numbers.</param>
    /// <param name="half">dims / 2.</param>
    public static void Rotate<T>(float* head, byte* cos, byte* sin, long half) where T : struct, IElement
    {
        for (long i = 0; i < half; i++)
        {
            float first = head[i], second = head[i + half], c = T.LoadOne(cos, i), s = T.LoadOne(sin, i);
            head[i] = first * c - second * s;
            head[i + half] = second * c + first * s;
        }
    }
}
