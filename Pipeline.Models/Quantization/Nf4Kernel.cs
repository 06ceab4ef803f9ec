using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Models.Quantization;

/// <summary>
/// Looks 4-bit codes up in the 16 levels, times a scale. In memory, 16 bytes hold 32 elements: the low halves are the first
/// 16, the high halves the next, so that one load feeds two look-ups of a whole vector.
/// </summary>
internal static unsafe class Nf4Kernel
{
    /// <summary>Elements of the run of bytes that belong together.</summary>
    public const int Group = 32;

    /// <param name="codes">Count / 2 bytes, rounded up to a whole group.</param>
    /// <param name="levels">16 levels.</param>
    /// <param name="scale">Factor of this block.</param>
    /// <param name="count">Elements to write, at most one block.</param>
    /// <param name="target">First element to write.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]     // a first call is as long as any other
    public static void Run<T>(byte* codes, float* levels, float scale, nint count, byte* target) where T : struct, IOutputElement
    {
        nint i = 0;
        if (Avx512F.IsSupported)
        {
            Vector512<float> table = Vector512.Load(levels) * Vector512.Create(scale);
            for (; i <= count - Group; i += Group)
            {
                // The look-up reads the lowest four bits of an index alone.
                Vector512<int> both = Avx512F.ConvertToVector512Int32(Vector128.Load(codes + i / 2));
                T.Store(Avx512F.PermuteVar16x32(table, both), target, i);
                T.Store(Avx512F.PermuteVar16x32(table, both >>> 4), target, i + 16);
            }
        }
        else if (Avx2.IsSupported)
        {
            Vector256<float> scales = Vector256.Create(scale);
            Vector256<float> negative = Vector256.Load(levels) * scales, positive = Vector256.Load(levels + 8) * scales;
            for (; i <= count - Group; i += Group)
            {
                Vector256<int> first = Avx2.ConvertToVector256Int32(codes + i / 2), second = Avx2.ConvertToVector256Int32(codes + i / 2 + 8);
                T.Store(Look(negative, positive, first), target, i);
                T.Store(Look(negative, positive, second), target, i + 8);
                T.Store(Look(negative, positive, first >>> 4), target, i + 16);
                T.Store(Look(negative, positive, second >>> 4), target, i + 24);
            }
        }
        for (; i < count; i++)
        {
            byte both = codes[i / Group * (Group / 2) + i % 16];
            T.Store(levels[i % Group < 16 ? both & 15 : both >> 4] * scale, target, i);
        }
    }

    // The fourth bit, moved to the sign, chooses the half of the table; the lowest three the level in it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Look(Vector256<float> negative, Vector256<float> positive, Vector256<int> codes) =>
        Avx.BlendVariable(Avx2.PermuteVar8x32(negative, codes), Avx2.PermuteVar8x32(positive, codes), (codes << 28).AsSingle());
}
