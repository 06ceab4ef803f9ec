namespace Pipeline.Models.Quantization.Blocks;

/// <summary>
/// How 32 neighbouring numbers of a row are stored together: a scale in half precision, in some formats a minimum, and a code
/// each. Names, numbers and bytes are those of GGUF files (ggml's <c>block_q8_0</c>, <c>block_q4_0</c>, <c>block_q4_1</c>).
/// </summary>
internal sealed record BlockFormat
{
    /// <summary>Numbers of a block.</summary>
    public const int Elements = 32;

    /// <summary>scale × code, codes from -128 to 127.</summary>
    public static BlockFormat Q8 { get; } = new() { Name = "Q8_0", Bits = 8, Zero = 128 };

    /// <summary>scale × (code - 8), codes from 0 to 15.</summary>
    public static BlockFormat Q4 { get; } = new() { Name = "Q4_0", Bits = 4, Zero = 8 };

    /// <summary>scale × code + minimum, codes from 0 to 15.</summary>
    public static BlockFormat Q4WithMinimum { get; } = new() { Name = "Q4_1", Bits = 4, Zero = 0, HasMinimum = true };

    /// <summary>As GGUF names it.</summary>
    public required string Name { get; init; }

    /// <summary>Bits of a code.</summary>
    public required int Bits { get; init; }

    /// <summary>What the kernels' unsigned codes count from: the code of the number 0 where there is no minimum.</summary>
    public required int Zero { get; init; }

    /// <summary>Whether a minimum is added to each number.</summary>
    public bool HasMinimum { get; init; }

    /// <summary>Bytes of the codes of a block.</summary>
    public int CodeBytes => Elements * Bits / 8;

    /// <summary>Bytes before the codes: the scale and, where there is one, the minimum, in half precision.</summary>
    public int HeadBytes => HasMinimum ? 2 * sizeof(ushort) : sizeof(ushort);

    /// <summary>Bytes of a block in a file and, on average, in memory.</summary>
    public int Bytes => HeadBytes + CodeBytes;

    /// <summary>Blocks of a row; the last one may be filled up with zeros.</summary>
    /// <param name="columns">Numbers of the row.</param>
    public static long BlocksOf(long columns) => (columns + Elements - 1) / Elements;
}
