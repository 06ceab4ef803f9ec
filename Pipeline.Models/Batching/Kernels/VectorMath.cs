using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Models.Batching.Kernels;

/// <summary>Elementary functions on sixteen numbers, each result independent of its neighbours and its place.</summary>
internal static class VectorMath
{
    /// <summary>Numbers in a vector.</summary>
    public const int Lanes = 16;

    private const float Log2E = 1.44269504088896341f, Ln2High = 0.693359375f, Ln2Low = -2.12194440e-4f;
    private const float Least = -87.3f, Most = 88f;     // e^x is a normal float32 in between

    /// <summary>e^x within 2 ulp; 0 below −87.3, −∞ included. Reference: Cephes <c>expf</c> (Moshier 1989).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> Exp(Vector512<float> x)
    {
        Vector512<float> bounded = Vector512.Min(Vector512.Max(x, Vector512.Create(Least)), Vector512.Create(Most));
        Vector512<float> power = Vector512.Floor(Vector512.FusedMultiplyAdd(bounded, Vector512.Create(Log2E), Vector512.Create(0.5f)));
        Vector512<float> rest = Vector512.FusedMultiplyAdd(power, Vector512.Create(-Ln2High), bounded);
        rest = Vector512.FusedMultiplyAdd(power, Vector512.Create(-Ln2Low), rest);
        Vector512<float> sum = Vector512.FusedMultiplyAdd(Vector512.Create(1.9875691500e-4f), rest, Vector512.Create(1.3981999507e-3f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(8.3334519073e-3f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(4.1665795894e-2f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(1.6666665459e-1f));
        sum = Vector512.FusedMultiplyAdd(sum, rest, Vector512.Create(5.0000001201e-1f));
        sum = Vector512.FusedMultiplyAdd(sum, rest * rest, rest) + Vector512<float>.One;
        Vector512<int> exponent = Vector512.ShiftLeft(Vector512.ConvertToInt32(power) + Vector512.Create(127), 23);
        return Vector512.ConditionalSelect(
            Vector512.LessThan(x, Vector512.Create(Least)), Vector512<float>.Zero, sum * exponent.AsSingle());
    }
}
