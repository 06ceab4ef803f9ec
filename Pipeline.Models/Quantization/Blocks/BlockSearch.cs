using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Models.Quantization.Blocks;

/// <summary>
/// Blocks for weights that are quantized here. 8 bits as <see cref="BlockCodec"/> encodes them; of 4 bits without a minimum, the
/// scale of the smallest squared error: several around the one that <see cref="BlockCodec"/> takes are tried, of either sign, and
/// for the codes that each gives, the best scale is known.
/// </summary>
internal static unsafe class BlockSearch
{
    private const int Lanes = 16;
    private static readonly float[] Spans =
        [-8.5f, -8.25f, -8, -7.75f, -7.5f, -7.25f, -7, -6.5f, -6, 6, 6.5f, 7, 7.25f, 7.5f, 7.75f, 8, 8.25f, 8.5f];

    /// <inheritdoc cref="BlockCodec.Encode"/>
    public static void Encode(BlockFormat format, ReadOnlySpan<float> values, Span<byte> block)
    {
        if (format == BlockFormat.Q4)
            EncodeQ4(values, block);
        else
            BlockCodec.Encode(format, values, block);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void EncodeQ4(ReadOnlySpan<float> values, Span<byte> block)
    {
        Vector512<float> lower = Vector512.Create(values), upper = Vector512.Create(values[Lanes..]);
        Vector512<float> magnitudes = Vector512.Max(Vector512.Abs(lower), Vector512.Abs(upper));
        float largest = 0;
        for (int lane = 0; lane < Lanes; lane++)
            largest = MathF.Max(largest, magnitudes[lane]);
        float best = 0, scale = 0;
        foreach (float span in largest > 0 ? Spans : [])
        {
            Vector512<float> inverse = Vector512.Create(span / largest), first = Codes(lower * inverse), second = Codes(upper * inverse);
            float products = Vector512.Sum(lower * first + upper * second), squares = Vector512.Sum(first * first + second * second);
            // What the best scale of these codes takes off the squared error.
            float gain = products * products / squares;
            if (gain > best)
                (best, scale) = (gain, products / squares);
        }
        Half stored = (Half)scale;
        float restored = (float)stored;
        Vector512<float> divisor = Vector512.Create(restored == 0 ? 0 : 1 / restored);
        Vector512<int> low = Vector512.ConvertToInt32(Codes(lower * divisor)) + Vector512.Create(8),
            high = Vector512.ConvertToInt32(Codes(upper * divisor)) + Vector512.Create(8);
        BitConverter.TryWriteBytes(block, stored);
        for (int i = 0; i < Lanes; i++)
            block[2 + i] = (byte)(low[i] | (high[i] << 4));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Codes(Vector512<float> scaled) =>
        Vector512.Min(Vector512.Max(Vector512.Round(scaled), Vector512.Create(-8f)), Vector512.Create(7f));
}
