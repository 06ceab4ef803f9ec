using System.Runtime.InteropServices;
using Pipeline.Models.Layers;

namespace Pipeline.Models.Batching;

/// <summary>
/// Memory for the keys and values of many sequences, in blocks of <see cref="Tokens"/> positions. A block holds its positions for
/// all layers. The system hands out the pages of a block when it is first written.
/// </summary>
internal sealed unsafe class KvBlocks : IDisposable
{
    /// <summary>Positions of a block: as many as a vector has numbers.</summary>
    public const int Tokens = 16;

    private const int Alignment = 64;

    private readonly int _headSize;
    private readonly int _kvHeads;
    private readonly long _headBytes;       // keys of one head and layer; values take as much, or more where the head is padded
    private readonly long _valueBytes;
    private readonly nint _memory;
    private readonly byte* _start;

    /// <summary>Reserves the memory.</summary>
    /// <param name="shape">Heads of the model.</param>
    /// <param name="layers">Layers.</param>
    /// <param name="elementBytes">4 for float32, 2 for bfloat16.</param>
    /// <param name="count">Blocks.</param>
    public KvBlocks(LayerShape shape, int layers, int elementBytes, int count)
    {
        (_headSize, _kvHeads, Count) = (shape.HeadDim, shape.NumKeyValueHeads, count);
        _headBytes = (long)Tokens * _headSize * elementBytes;
        _valueBytes = (long)Tokens * PaddedHead(_headSize) * elementBytes;
        BytesPerBlock = BytesOf(shape, layers, elementBytes);
        _memory = (nint)NativeMemory.AllocZeroed((nuint)(BytesPerBlock * count + Alignment));
        _start = (byte*)((_memory + Alignment - 1) / Alignment * Alignment);
    }

    /// <summary>Blocks.</summary>
    public int Count { get; }

    /// <summary>Bytes of one block, all layers.</summary>
    public long BytesPerBlock { get; }

    /// <summary>Bytes of a block, all layers.</summary>
    public static long BytesOf(LayerShape shape, int layers, int elementBytes) =>
        (long)layers * shape.NumKeyValueHeads * Tokens * (shape.HeadDim + PaddedHead(shape.HeadDim)) * elementBytes;

    /// <summary>Blocks that hold this many positions.</summary>
    public static int For(long tokens) => (int)((tokens + Tokens - 1) / Tokens);

    /// <summary>Width of a row of values: the head's, up to whole vectors.</summary>
    public static int PaddedHead(int headSize) => (headSize + Tokens - 1) / Tokens * Tokens;

    /// <summary>Keys of one head: [head, <see cref="Tokens"/>], so that one number of all positions is a vector.</summary>
    public byte* Keys(int block, int layer, int head) =>
        _start + block * BytesPerBlock + ((long)layer * _kvHeads + head) * (_headBytes + _valueBytes);

    /// <summary>Values of one head: [<see cref="Tokens"/>, <see cref="PaddedHead"/>].</summary>
    public byte* Values(int block, int layer, int head) => Keys(block, layer, head) + _headBytes;

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.Free((void*)_memory);
}
