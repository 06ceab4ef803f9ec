using System.Runtime.InteropServices;
using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Quantization.Blocks;

/// <summary>
/// A weight in GGUF's blocks, interleaved as <see cref="BlockMemory"/> says, for inference on the CPU: <see cref="BlockProduct"/>
/// multiplies it as it lies. Its restored numbers are exactly those of the blocks. Rows need not be a whole number of blocks;
/// the rest counts as zeros.
/// </summary>
internal sealed unsafe class BlockWeight : QuantizedWeight
{
    private const nuint Alignment = 64;     // a cache line
    private nint _data;

    private BlockWeight(BlockFormat format, long rows, long columns) : base(rows, columns)
    {
        Format = format;
        long groups = (rows + BlockMemory.GroupRows - 1) / BlockMemory.GroupRows;
        long blocks = BlockFormat.BlocksOf(columns);
        StoredBytes = groups * blocks * format.Bytes * BlockMemory.GroupRows;
        _data = (nint)NativeMemory.AlignedAlloc((nuint)StoredBytes, Alignment);
        Memory = new BlockMemory(_data, groups, blocks, format.Bytes * BlockMemory.GroupRows);
    }

    ~BlockWeight() => Free();

    /// <summary>How its blocks are stored.</summary>
    public BlockFormat Format { get; }

    /// <summary>Where they lie; valid until disposed.</summary>
    public BlockMemory Memory { get; }

    public override long StoredBytes { get; }

    /// <summary>Stores a matrix in blocks.</summary>
    /// <param name="weight">[out, in] of any floating-point type, on any device; not kept.</param>
    /// <param name="format">The format.</param>
    /// <exception cref="InputException">The matrix holds infinities or not-a-numbers, or numbers beyond half precision.</exception>
    public static BlockWeight Quantize(Tensor weight, BlockFormat format)
    {
        BlockWeight result = new(format, weight.shape[0], weight.shape[1]);
        try
        {
            using IDisposable noGrad = no_grad();
            long most = Math.Max(1, QuantizedAtOnce / result.Columns / BlockMemory.GroupRows) * BlockMemory.GroupRows;
            for (long start = 0; start < result.Rows; start += most)
            {
                using DisposeScope scope = NewDisposeScope();
                long count = Math.Min(most, result.Rows - start);
                Tensor part = weight.narrow(0, start, count).to(ScalarType.Float32, CPU).contiguous();
                using Tensor sum = part.sum();
                if (!float.IsFinite(sum.item<float>()))
                    RequireFinite(part);
                result.Store(start, count, (float*)TensorMemory.Start(part));
                GC.KeepAlive(part);
            }
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    /// <summary>Takes blocks as they stand in a GGUF file.</summary>
    /// <param name="blocks">All rows, one after the other.</param>
    /// <param name="format">Their format.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Numbers of a row, a whole number of blocks.</param>
    /// <param name="sourceRow">The row of the file that belongs at a place; null where the order stays.</param>
    /// <exception cref="InputException">A scale or a minimum is infinite or not a number.</exception>
    public static BlockWeight FromBlocks(ReadOnlySpan<byte> blocks, BlockFormat format, long rows, long columns,
        Func<long, long>? sourceRow = null)
    {
        BlockWeight result = new(format, rows, columns);
        try
        {
            fixed (byte* first = blocks)
            {
                nint start = (nint)first, rowBytes = (nint)(result.Memory.Blocks * format.Bytes);
                if (blocks.Length != rows * rowBytes)
                    throw new ArgumentException($"expected {rows * rowBytes} bytes, found {blocks.Length}", nameof(blocks));
                KernelThreads.For(result.Memory.Groups, columns * BlockMemory.GroupRows, (from, to) =>
                {
                    for (long row = from * BlockMemory.GroupRows; row < to * BlockMemory.GroupRows; row++)
                    {
                        for (long block = 0; block < result.Memory.Blocks; block++)
                        {
                            byte* source = (byte*)start + (nint)(sourceRow?.Invoke(row) ?? row) * rowBytes + (nint)block * format.Bytes;
                            result.Place(row, block, row >= rows ? default : new ReadOnlySpan<byte>(source, format.Bytes));
                        }
                    }
                });
            }
            return result;
        }
        catch
        {
            result.Dispose();
            throw;
        }
    }

    public override void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    public override Tensor? Multiply(Tensor x)
    {
        if (!BlockProduct.Serves(x, Columns))
            return null;
        Tensor result = BlockProduct.Multiply(x, this);
        GC.KeepAlive(this);
        return result;
    }

    /// <summary>Restores one row.</summary>
    /// <param name="row">Its number.</param>
    /// <param name="target">Result, <see cref="QuantizedWeight.Columns"/> numbers.</param>
    public void DecodeRow(long row, Span<float> target)
    {
        Span<byte> block = stackalloc byte[Format.Bytes];
        Span<float> values = stackalloc float[BlockFormat.Elements];
        for (int i = 0; i < Memory.Blocks; i++)
        {
            Take(row, i, block);
            BlockCodec.Decode(Format, block, values);
            Span<float> place = target[(i * BlockFormat.Elements)..];
            values[..Math.Min(values.Length, place.Length)].CopyTo(place);
        }
    }

    /// <summary>Copies one block in the byte order of a file.</summary>
    /// <param name="row">Its row.</param>
    /// <param name="block">Its number in the row.</param>
    /// <param name="target">Result, <see cref="BlockFormat.Bytes"/> long.</param>
    public void Take(long row, long block, Span<byte> target)
    {
        byte* from = At(row, block, out int lane);
        ushort* heads = (ushort*)(from + Format.CodeBytes * BlockMemory.GroupRows) + lane;
        BitConverter.TryWriteBytes(target, heads[0]);
        if (Format.HasMinimum)
            BitConverter.TryWriteBytes(target[2..], heads[BlockMemory.GroupRows]);
        uint* units = (uint*)from + lane;
        Span<uint> codes = MemoryMarshal.Cast<byte, uint>(target[Format.HeadBytes..]);
        for (int i = 0; i < codes.Length; i++)
            codes[i] = units[i * BlockMemory.GroupRows] ^ Shift;
    }

    protected override RowReader? CreateRowReader() => (row, target) => DecodeRow(row, new Span<float>(target, (int)Columns));

    protected override void DequantizeOnCpu(Tensor target)
    {
        nint start = TensorMemory.Start(target);
        bool full = target.dtype == ScalarType.Float32;
        KernelThreads.For(Rows, Columns, (first, end) =>
        {
            float[] values = full ? [] : new float[Columns];
            for (long row = first; row < end; row++)
            {
                if (full)
                {
                    DecodeRow(row, new Span<float>((float*)start + row * Columns, (int)Columns));
                    continue;
                }
                DecodeRow(row, values);
                for (int i = 0; i < values.Length; i++)
                    BFloat16Element.StoreOne((byte*)start + row * Columns * sizeof(ushort), i, values[i]);
            }
        });
    }

    protected override void DequantizeWithTorch(Tensor target)
    {
        using Tensor full = empty(Rows, Columns);
        DequantizeOnCpu(full);
        target.copy_(full);
    }

    // Signed codes become unsigned by their highest bit.
    private uint Shift => Format.Bits == 8 ? 0x80808080 : 0;

    private void Store(long firstRow, long count, float* values)
    {
        long firstGroup = firstRow / BlockMemory.GroupRows;
        long groups = (count + BlockMemory.GroupRows - 1) / BlockMemory.GroupRows;
        KernelThreads.For(groups, Columns * BlockMemory.GroupRows, (from, to) =>
        {
            Span<byte> block = stackalloc byte[Format.Bytes];
            Span<float> padded = stackalloc float[BlockFormat.Elements];
            for (long row = from * BlockMemory.GroupRows; row < to * BlockMemory.GroupRows; row++)
            {
                for (long i = 0; i < Memory.Blocks; i++)
                {
                    int length = (int)Math.Min(BlockFormat.Elements, Columns - i * BlockFormat.Elements);
                    padded.Clear();
                    if (row < count)
                        new ReadOnlySpan<float>(values + row * Columns + i * BlockFormat.Elements, length).CopyTo(padded);
                    BlockSearch.Encode(Format, padded, block);
                    Place(firstGroup * BlockMemory.GroupRows + row, i, block);
                }
            }
        });
    }

    // An empty block is one of zeros.
    private void Place(long row, long block, ReadOnlySpan<byte> source)
    {
        byte* to = At(row, block, out int lane);
        ushort* heads = (ushort*)(to + Format.CodeBytes * BlockMemory.GroupRows) + lane;
        heads[0] = source.IsEmpty ? (ushort)0 : BitConverter.ToUInt16(source);
        if (Format.HasMinimum)
            heads[BlockMemory.GroupRows] = source.IsEmpty ? (ushort)0 : BitConverter.ToUInt16(source[2..]);
        if (!float.IsFinite((float)BitConverter.UInt16BitsToHalf(heads[0]))
            || Format.HasMinimum && !float.IsFinite((float)BitConverter.UInt16BitsToHalf(heads[BlockMemory.GroupRows])))
            throw new InputException($"row {row} has a block with a scale that is no finite number in half precision, so it cannot be "
                + $"stored as {Format.Name}; the file is damaged, or load it without quantization");
        ReadOnlySpan<uint> codes = source.IsEmpty ? default : MemoryMarshal.Cast<byte, uint>(source[Format.HeadBytes..]);
        uint* units = (uint*)to + lane;
        for (int i = 0; i < Format.CodeBytes / BlockMemory.Unit; i++)
            units[i * BlockMemory.GroupRows] = (codes.IsEmpty ? 0 : codes[i]) ^ Shift;
    }

    private byte* At(long row, long block, out int lane)
    {
        lane = (int)(row % BlockMemory.GroupRows);
        return Memory.Group(row / BlockMemory.GroupRows) + block * Memory.BlockBytes;
    }

    private void Free()
    {
        NativeMemory.AlignedFree((void*)_data);
        _data = 0;
    }
}
