using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Models.Quantization.Blocks;

/// <summary>
/// The one step of <see cref="IntegerKernel{TPath, TLayout}"/> that depends on the processor. Implemented by structs, so that the
/// kernel is compiled for each. All give the same sums: they are whole numbers, and none overflows.
/// </summary>
internal interface IBlockPath
{
    /// <summary>Whether this processor has what the path needs.</summary>
    static abstract bool IsSupported { get; }

    /// <summary>What a sum begins with, so that it ends as Σ (code - zero) × x.</summary>
    /// <param name="zero">See <see cref="BlockFormat.Zero"/>.</param>
    /// <param name="sum">Σ x of the block.</param>
    static abstract int Start(int zero, int sum);

    /// <summary>Adds four products to each of eight sums.</summary>
    /// <param name="sums">Eight sums.</param>
    /// <param name="codes">Four unsigned codes for each.</param>
    /// <param name="x">The four activations, -127 to 127, for each.</param>
    /// <param name="zero">See <see cref="BlockFormat.Zero"/>.</param>
    static abstract Vector256<int> Add(Vector256<int> sums, Vector256<byte> codes, Vector256<sbyte> x, int zero);
}

/// <summary>One instruction for all 32 products: AVX-VNNI (the 256-bit form of VNNI; .NET offers no wider one).</summary>
internal readonly struct VnniPath : IBlockPath
{
    public static bool IsSupported => AvxVnni.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Start(int zero, int sum) => -zero * sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> codes, Vector256<sbyte> x, int zero) =>
        AvxVnni.MultiplyWideningAndAdd(sums, codes, x);
}

/// <summary>AVX2: pairs of products in 16 bits, which must not saturate, so that codes of 8 bits are taken as sign and magnitude.</summary>
internal readonly struct Avx2Path : IBlockPath
{
    public static bool IsSupported => Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Start(int zero, int sum) => zero == 128 ? 0 : -zero * sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> codes, Vector256<sbyte> x, int zero)
    {
        if (zero == 128)
        {
            // 2 × 128 × 127 is still within 16 bits; two codes of 255 would not be.
            Vector256<sbyte> signed = (codes ^ Vector256.Create((byte)128)).AsSByte();
            (codes, x) = (Avx2.Abs(signed), Avx2.Sign(x, signed));
        }
        Vector256<short> pairs = Avx2.MultiplyAddAdjacent(codes, x);
        return sums + Avx2.MultiplyAddAdjacent(pairs, Vector256<short>.One);
    }
}

/// <summary>What every processor has, in the vectors of .NET.</summary>
internal readonly struct PortablePath : IBlockPath
{
    public static bool IsSupported => true;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Start(int zero, int sum) => -zero * sum;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sums, Vector256<byte> codes, Vector256<sbyte> x, int zero)
    {
        Vector256<int> unsigned = codes.AsInt32(), signed = x.AsInt32(), low = Vector256.Create(255);
        return sums
            + (unsigned & low) * ((signed << 24) >> 24)
            + ((unsigned >>> 8) & low) * ((signed << 16) >> 24)
            + ((unsigned >>> 16) & low) * ((signed << 8) >> 24)
            + (unsigned >>> 24) * (signed >> 24);
    }
}
