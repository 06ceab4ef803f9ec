using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Models.Quantization;

/// <summary>Finds scales and codes of <see cref="Nf4Weight"/>, in the layout that <see cref="Nf4Kernel"/> reads.</summary>
internal static unsafe class Nf4Encoder
{
    private static readonly float[] Borders = [.. Nf4Levels.Borders];
    private static readonly float[] Scales = [.. Nf4Scales.All];
    private static readonly float[] ScaleBorders = [.. Nf4Scales.Borders];

    /// <summary>Encodes one group of blocks.</summary>
    /// <param name="values">Whole blocks.</param>
    /// <param name="blocks">How many, at most <see cref="Nf4Weight.ScaleGroup"/>.</param>
    /// <param name="codes">Result, half a byte for each value.</param>
    /// <param name="scales">Result, one for each block.</param>
    /// <returns>The factor of the group; not finite when a value is not.</returns>
    public static float Group(float* values, int blocks, byte* codes, byte* scales)
    {
        float* wanted = stackalloc float[blocks];
        float largest = 0;
        for (int block = 0; block < blocks; block++)
        {
            wanted[block] = Largest(values + block * Nf4Weight.Block);
            largest = MathF.Max(largest, wanted[block]);      // a NaN stays
        }
        for (int block = 0; block < blocks; block++)
        {
            int code = largest == 0 ? 0 : ScaleCode(wanted[block] / largest);
            scales[block] = (byte)code;
            Block(values + block * Nf4Weight.Block, Scales[code] * largest, codes + block * (Nf4Weight.Block / 2));
        }
        return largest;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Largest(float* values)
    {
        Vector512<float> largest = Vector512<float>.Zero;
        for (int i = 0; i < Nf4Weight.Block; i += 16)
            largest = Vector512.Max(largest, Vector512.Abs(Vector512.Load(values + i)));
        float result = 0;
        for (int lane = 0; lane < 16; lane++)
            result = MathF.Max(result, largest[lane]);
        return result;
    }

    // The number of borders below it.
    private static int ScaleCode(float relative)
    {
        int place = Array.BinarySearch(ScaleBorders, relative);
        return place < 0 ? ~place : place;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Block(float* values, float scale, byte* codes)
    {
        for (int i = 0; i < Nf4Weight.Block; i += Nf4Kernel.Group)
        {
            Vector512<int> first = Codes(Vector512.Load(values + i), scale), second = Codes(Vector512.Load(values + i + 16), scale);
            Vector512<uint> both = (first | (second << 4)).AsUInt32();
            Vector256<ushort> narrow = Vector256.Narrow(both.GetLower(), both.GetUpper());
            Vector128.Narrow(narrow.GetLower(), narrow.GetUpper()).Store(codes + i / 2);
        }
    }

    // The number of borders, in units of the scale, below each value.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<int> Codes(Vector512<float> values, float scale)
    {
        Vector512<int> codes = Vector512<int>.Zero;
        foreach (float border in Borders)
            codes -= Vector512.GreaterThan(values, Vector512.Create(border * scale)).AsInt32();
        return codes;
    }
}
