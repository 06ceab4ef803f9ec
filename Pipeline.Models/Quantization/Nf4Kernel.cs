using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Quantization;

/// <summary>Where an <see cref="Nf4Weight"/> lies in memory.</summary>
/// <param name="Codes">Two codes a byte, in the order of <see cref="Nf4Kernel"/>; a whole number of blocks.</param>
/// <param name="Scales">One byte for each block.</param>
/// <param name="Groups">The factor of each group of scales.</param>
/// <param name="Elements">Length of the matrix.</param>
internal readonly record struct Nf4Memory(nint Codes, nint Scales, nint Groups, nint Elements);

/// <summary>
/// Looks 4-bit codes up in the 16 levels, times a scale. In memory, 16 bytes hold 32 elements: the low halves are the first
/// 16, the high halves the next, so that one load feeds two look-ups of a whole vector.
/// </summary>
internal static unsafe class Nf4Kernel
{
    /// <summary>Elements per run of bytes that belong together.</summary>
    public const int Group = 32;

    private static readonly float[] Levels = [.. Nf4Levels.All];
    private static readonly float[] Scales = [.. Nf4Scales.All];

    /// <summary>Writes blocks.</summary>
    /// <param name="from">The weight.</param>
    /// <param name="first">First block to write.</param>
    /// <param name="end">The one after the last.</param>
    /// <param name="target">First element of the matrix.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]     // a first call is as long as any other
    public static void Run<T>(Nf4Memory from, nint first, nint end, byte* target) where T : struct, IElement
    {
        fixed (float* levels = Levels, scales = Scales)
        {
            for (nint block = first; block < end; block++)
            {
                float scale = scales[((byte*)from.Scales)[block]] * ((float*)from.Groups)[block / Nf4Weight.ScaleGroup];
                nint start = block * Nf4Weight.Block;
                byte* codes = (byte*)from.Codes + start / 2;
                if (from.Elements - start < Nf4Weight.Block)
                    Some<T>(codes, levels, scale, from.Elements - start, target, start);
                else if (Avx512F.IsSupported)
                    Wide<T>(codes, Vector512.Load(levels) * scale, target, start);
                else if (Avx2.IsSupported)
                    Narrow<T>(codes, Vector256.Load(levels) * scale, Vector256.Load(levels + 8) * scale, target, start);
                else
                    Some<T>(codes, levels, scale, Nf4Weight.Block, target, start);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Wide<T>(byte* codes, Vector512<float> levels, byte* target, nint start) where T : struct, IElement
    {
        for (nint i = 0; i < Nf4Weight.Block; i += Group)
        {
            // The look-up reads only the lowest four bits of an index.
            Vector512<int> both = Avx512F.ConvertToVector512Int32(Vector128.Load(codes + i / 2));
            T.Store(target, start + i, Avx512F.PermuteVar16x32(levels, both));
            T.Store(target, start + i + 16, Avx512F.PermuteVar16x32(levels, both >>> 4));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Narrow<T>(byte* codes, Vector256<float> negative, Vector256<float> positive, byte* target, nint start) where T
        : struct, IElement
    {
        for (nint i = 0; i < Nf4Weight.Block; i += Group)
        {
            Vector256<int> first = Avx2.ConvertToVector256Int32(codes + i / 2), second = Avx2.ConvertToVector256Int32(codes + i / 2 + 8);
            T.Store(target, start + i, Look(negative, positive, first));
            T.Store(target, start + i + 8, Look(negative, positive, second));
            T.Store(target, start + i + 16, Look(negative, positive, first >>> 4));
            T.Store(target, start + i + 24, Look(negative, positive, second >>> 4));
        }
    }

    // The fourth bit, moved to the sign, chooses the half of the table; the lowest three the level in it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<float> Look(Vector256<float> negative, Vector256<float> positive, Vector256<int> codes) =>
        Avx.BlendVariable(Avx2.PermuteVar8x32(negative, codes), Avx2.PermuteVar8x32(positive, codes), (codes << 28).AsSingle());

    // One by one: the end of a matrix, and processors without wide vectors.
    private static void Some<T>(byte* codes, float* levels, float scale, nint count, byte* target, nint start) where T : struct, IElement
    {
        for (nint i = 0; i < count; i++)
        {
            byte both = codes[i / Group * (Group / 2) + i % 16];
            T.StoreOne(target, start + i, levels[i % Group < 16 ? both & 15 : both >> 4] * scale);
        }
    }
}
