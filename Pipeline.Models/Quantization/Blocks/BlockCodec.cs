namespace Pipeline.Models.Quantization.Blocks;

/// <summary>
/// Numbers to blocks in the byte order of GGUF files and back. Encoding gives the bytes of ggml's reference encoder
/// (<c>quantize_row_*_ref</c>); decoding is exact in float32.
/// </summary>
internal static class BlockCodec
{
    /// <summary>Encodes one block.</summary>
    /// <param name="format">The format.</param>
    /// <param name="values">32 finite numbers.</param>
    /// <param name="block">Result, <see cref="BlockFormat.Bytes"/> long.</param>
    public static void Encode(BlockFormat format, ReadOnlySpan<float> values, Span<byte> block)
    {
        if (format.Bits == 8)
            EncodeQ8(values, block);
        else if (format.HasMinimum)
            EncodeQ4WithMinimum(values, block);
        else
            EncodeQ4(values, block);
    }

    /// <summary>Decodes one block.</summary>
    /// <param name="format">The format.</param>
    /// <param name="block">Its bytes.</param>
    /// <param name="values">Result, 32 numbers.</param>
    public static void Decode(BlockFormat format, ReadOnlySpan<byte> block, Span<float> values)
    {
        float scale = HalfAt(block, 0);
        ReadOnlySpan<byte> codes = block[format.HeadBytes..];
        if (format.Bits == 8)
        {
            for (int i = 0; i < BlockFormat.Elements; i++)
                values[i] = (sbyte)codes[i] * scale;
            return;
        }
        float minimum = format.HasMinimum ? HalfAt(block, sizeof(ushort)) : 0;
        int half = BlockFormat.Elements / 2;
        for (int i = 0; i < half; i++)
        {
            values[i] = (codes[i] & 15) - format.Zero;
            values[i + half] = (codes[i] >> 4) - format.Zero;
        }
        for (int i = 0; i < BlockFormat.Elements; i++)
            values[i] = format.HasMinimum ? values[i] * scale + minimum : values[i] * scale;
    }

    /// <summary>The half-precision number at a place.</summary>
    public static float HalfAt(ReadOnlySpan<byte> bytes, int offset) => (float)BitConverter.ToHalf(bytes[offset..]);

    private static void EncodeQ8(ReadOnlySpan<float> values, Span<byte> block)
    {
        float largest = 0;
        foreach (float value in values)
            largest = MathF.Max(largest, MathF.Abs(value));
        float scale = largest / 127, inverse = scale == 0 ? 0 : 1 / scale;
        BitConverter.TryWriteBytes(block, (Half)scale);
        for (int i = 0; i < BlockFormat.Elements; i++)
            block[2 + i] = (byte)(sbyte)MathF.Round(values[i] * inverse, MidpointRounding.AwayFromZero);
    }

    private static void EncodeQ4(ReadOnlySpan<float> values, Span<byte> block)
    {
        // The number of the largest magnitude, with its sign, becomes code 0: the side with one code more.
        float largest = 0, signed = 0;
        foreach (float value in values)
        {
            if (MathF.Abs(value) > largest)
                (largest, signed) = (MathF.Abs(value), value);
        }
        float scale = signed / -8, inverse = scale == 0 ? 0 : 1 / scale;
        BitConverter.TryWriteBytes(block, (Half)scale);
        int half = BlockFormat.Elements / 2;
        for (int i = 0; i < half; i++)
            block[2 + i] = (byte)(Code(values[i] * inverse + 8.5f) | (Code(values[i + half] * inverse + 8.5f) << 4));
    }

    private static void EncodeQ4WithMinimum(ReadOnlySpan<float> values, Span<byte> block)
    {
        float smallest = float.MaxValue, largest = -float.MaxValue;
        foreach (float value in values)
        {
            smallest = value < smallest ? value : smallest;
            largest = value > largest ? value : largest;
        }
        float scale = (largest - smallest) / 15, inverse = scale == 0 ? 0 : 1 / scale;
        BitConverter.TryWriteBytes(block, (Half)scale);
        BitConverter.TryWriteBytes(block[2..], (Half)smallest);
        int half = BlockFormat.Elements / 2;
        for (int i = 0; i < half; i++)
            block[4 + i] = (byte)(Code((values[i] - smallest) * inverse + 0.5f)
                | (Code((values[i + half] - smallest) * inverse + 0.5f) << 4));
    }

    private static int Code(float value) => Math.Min(15, (int)value);
}
