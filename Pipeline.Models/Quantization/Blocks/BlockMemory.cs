namespace Pipeline.Models.Quantization.Blocks;

/// <summary>
/// Where a <see cref="BlockWeight"/> lies. Sixteen rows are interleaved: of each block come the codes of all sixteen, then
/// their scales, then their minima, so that one load serves neighbouring outputs. Codes lie in units of four: of 8 bits as
/// [8, 16 rows, 4], shifted to unsigned; of 4 bits as [4, 16 rows, 4], numbers 0 to 15 in the low and 16 to 31 in the high halves.
/// </summary>
/// <param name="Data">First byte, aligned to a cache line.</param>
/// <param name="Groups">Groups of <see cref="GroupRows"/> rows; the last may be filled up with zeros.</param>
/// <param name="Blocks">Blocks of a row.</param>
/// <param name="BlockBytes">Bytes of one block of all rows of a group.</param>
internal readonly unsafe record struct BlockMemory(nint Data, long Groups, long Blocks, int BlockBytes)
{
    /// <summary>Rows that are interleaved.</summary>
    public const int GroupRows = 16;

    /// <summary>Numbers of a row that lie together.</summary>
    public const int Unit = 4;

    /// <summary>First byte of a group.</summary>
    public byte* Group(long group) => (byte*)Data + group * Blocks * BlockBytes;
}
