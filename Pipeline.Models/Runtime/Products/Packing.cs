using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pipeline.Models.Runtime.Products;

/// <summary>Brings parts of a right factor into the order in which <see cref="BlockKernel"/> reads them. Needs AVX-512.</summary>
internal static unsafe class Packing
{
    private const int Lanes = 16;
    private static readonly Vector512<ushort> LowerPairs = Pairs(0), UpperPairs = Pairs(Lanes);

    /// <summary>target[j, i] = source[i, j] of 32-bit numbers.</summary>
    /// <param name="source">[rows, columns], rows <paramref name="sourceStride"/> apart.</param>
    /// <param name="sourceStride">In numbers.</param>
    /// <param name="rows">Rows of the source.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="target">[columns, rows], rows <paramref name="targetStride"/> apart.</param>
    /// <param name="targetStride">In numbers.</param>
    public static void Transpose(uint* source, long sourceStride, int rows, int columns, uint* target, long targetStride)
    {
        int wholeRows = rows / Lanes * Lanes, wholeColumns = columns / Lanes * Lanes;
        for (int i = 0; i < wholeRows; i += Lanes)
        {
            for (int j = 0; j < wholeColumns; j += Lanes)
                TransposeSquare(source + i * sourceStride + j, sourceStride, target + j * targetStride + i, targetStride);
        }
        for (int i = 0; i < rows; i++)
        {
            for (int j = i < wholeRows ? wholeColumns : 0; j < columns; j++)
                target[j * targetStride + i] = source[i * sourceStride + j];
        }
    }

    /// <summary>target[k, j, p] = source[2 k + p, j] of 16-bit numbers: two rows in pairs.</summary>
    /// <param name="source">[rows, columns], rows <paramref name="sourceStride"/> apart.</param>
    /// <param name="sourceStride">In numbers.</param>
    /// <param name="rows">Rows of the source; even.</param>
    /// <param name="columns">Columns of the source.</param>
    /// <param name="target">[rows / 2, columns, 2], rows <paramref name="targetStride"/> pairs apart.</param>
    /// <param name="targetStride">In pairs.</param>
    public static void Interleave(ushort* source, long sourceStride, int rows, int columns, ushort* target, long targetStride)
    {
        for (int row = 0; row < rows; row += 2)
        {
            ushort* first = source + row * sourceStride, second = first + sourceStride, to = target + row * targetStride;
            int j = 0;
            for (; j + 2 * Lanes <= columns; j += 2 * Lanes)
            {
                Vector512<ushort> a = Vector512.Load(first + j), b = Vector512.Load(second + j);
                Avx512BW.PermuteVar32x16x2(a, LowerPairs, b).Store(to + 2 * j);
                Avx512BW.PermuteVar32x16x2(a, UpperPairs, b).Store(to + 2 * j + 2 * Lanes);
            }
            for (; j < columns; j++)
                (to[2 * j], to[2 * j + 1]) = (first[j], second[j]);
        }
    }

    private static void TransposeSquare(uint* source, long sourceStride, uint* target, long targetStride)
    {
        // Rows in groups of four, each transposed within its 128-bit parts; then the parts are exchanged.
        Quad a = Quad.Load(source, sourceStride), b = Quad.Load(source + 4 * sourceStride, sourceStride),
            c = Quad.Load(source + 8 * sourceStride, sourceStride), d = Quad.Load(source + 12 * sourceStride, sourceStride);
        StoreParts(a.Row0, b.Row0, c.Row0, d.Row0, target, targetStride);
        StoreParts(a.Row1, b.Row1, c.Row1, d.Row1, target + targetStride, targetStride);
        StoreParts(a.Row2, b.Row2, c.Row2, d.Row2, target + 2 * targetStride, targetStride);
        StoreParts(a.Row3, b.Row3, c.Row3, d.Row3, target + 3 * targetStride, targetStride);
    }

    // Part p of each vector goes to row 4 p.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StoreParts(Vector512<uint> a, Vector512<uint> b, Vector512<uint> c, Vector512<uint> d, uint* target, long stride)
    {
        const byte Even = 0b10_00_10_00, Odd = 0b11_01_11_01;
        Vector512<uint> evenAB = Avx512F.Shuffle4x128(a, b, Even), oddAB = Avx512F.Shuffle4x128(a, b, Odd);
        Vector512<uint> evenCD = Avx512F.Shuffle4x128(c, d, Even), oddCD = Avx512F.Shuffle4x128(c, d, Odd);
        Avx512F.Shuffle4x128(evenAB, evenCD, Even).Store(target);
        Avx512F.Shuffle4x128(oddAB, oddCD, Even).Store(target + 4 * stride);
        Avx512F.Shuffle4x128(evenAB, evenCD, Odd).Store(target + 8 * stride);
        Avx512F.Shuffle4x128(oddAB, oddCD, Odd).Store(target + 12 * stride);
    }

    private static Vector512<ushort> Pairs(int start)
    {
        ushort[] indices = new ushort[2 * Lanes];
        for (int i = 0; i < Lanes; i++)
            (indices[2 * i], indices[2 * i + 1]) = ((ushort)(start + i), (ushort)(2 * Lanes + start + i));
        return Vector512.Create(indices);
    }

    // Four rows of sixteen; row r holds, in each of its four parts p, column 4 p + r.
    private readonly record struct Quad(Vector512<uint> Row0, Vector512<uint> Row1, Vector512<uint> Row2, Vector512<uint> Row3)
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Quad Load(uint* source, long stride)
        {
            Vector512<uint> a = Vector512.Load(source), b = Vector512.Load(source + stride), c = Vector512.Load(source + 2 * stride),
                d = Vector512.Load(source + 3 * stride);
            Vector512<ulong> lowAB = Avx512F.UnpackLow(a, b).AsUInt64(), highAB = Avx512F.UnpackHigh(a, b).AsUInt64();
            Vector512<ulong> lowCD = Avx512F.UnpackLow(c, d).AsUInt64(), highCD = Avx512F.UnpackHigh(c, d).AsUInt64();
            return new Quad(Avx512F.UnpackLow(lowAB, lowCD).AsUInt32(), Avx512F.UnpackHigh(lowAB, lowCD).AsUInt32(),
                Avx512F.UnpackLow(highAB, highCD).AsUInt32(), Avx512F.UnpackHigh(highAB, highCD).AsUInt32());
        }
    }
}
