using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Quantization;

/// <summary>
/// 4 bits: blocks of 64 elements in row-major order, each a scale times one of the 16 NormalFloat levels. The scales are
/// stored in 8 bits themselves, against the largest of their group of 256 blocks: 4.13 bits an element in all. Elements are
/// rounded against the scale as it will come back. Reference: QLoRA (arXiv:2305.14314).
/// </summary>
internal sealed class Nf4Weight : QuantizedWeight
{
    /// <summary>Elements that share a scale.</summary>
    public const int Block = 64;

    /// <summary>Blocks whose scales share a factor.</summary>
    public const int ScaleGroup = 256;

    private readonly Tensor _codes;     // [blocks * 32] uint8, in the order of Nf4Kernel
    private readonly Tensor _scales;    // [blocks] uint8, an index of Nf4Scales
    private readonly Tensor _groups;    // [groups] float32

    private Nf4Weight(long rows, long columns, Tensor codes, Tensor scales, Tensor groups) : base(rows, columns) =>
        (_codes, _scales, _groups) = (codes, scales, groups);

    public override long StoredBytes => _codes.NumberOfElements + _scales.NumberOfElements + sizeof(float) * _groups.NumberOfElements;

    private Nf4Memory Memory => new(TensorMemory.Start(_codes), TensorMemory.Start(_scales), TensorMemory.Start(_groups), (nint)Elements);

    private long Elements => Rows * Columns;

    private long Blocks => (Elements + Block - 1) / Block;

    /// <inheritdoc cref="QuantizedWeight.Create"/>
    /// <remarks>Computed on the CPU, where checkpoints come from.</remarks>
    public static Nf4Weight Quantize(Tensor weight, Device device)
    {
        using IDisposable noGrad = no_grad();
        using DisposeScope scope = NewDisposeScope();
        long rows = weight.shape[0], columns = weight.shape[1], blocks = (rows * columns + Block - 1) / Block,
            groups = (blocks + ScaleGroup - 1) / ScaleGroup;
        Tensor codes = empty(blocks * Block / 2, dtype: ScalarType.Byte), scales = empty(blocks, dtype: ScalarType.Byte),
            factors = empty(groups);
        Tensor flat = weight.detach().contiguous().view(-1);
        foreach ((long start, long count) in Parts(rows * columns, QuantizedAtOnce))
        {
            using DisposeScope part = NewDisposeScope();
            Tensor values = flat.narrow(0, start, count).to(ScalarType.Float32, CPU).contiguous();
            if (count % Block != 0)
                values = cat([values, zeros(Block - count % Block)]);
            Encode(values, start / Block, codes, scales, factors);
        }
        RequireFinite(factors);
        return new Nf4Weight(rows, columns, codes.to(device).DetachFromDisposeScope(), scales.to(device).DetachFromDisposeScope(),
            factors.to(device).DetachFromDisposeScope());
    }

    public override void Dispose()
    {
        _codes.Dispose();
        _scales.Dispose();
        _groups.Dispose();
    }

    protected override unsafe RowReader? CreateRowReader()
    {
        if (Columns % Block != 0)
            return null;
        Nf4Memory memory = Memory;
        nint columns = (nint)Columns, blocks = columns / Block;
        // The kernel counts from the first element of the matrix.
        return (row, target) =>
            Nf4Kernel.Run<Float32Element>(memory, (nint)row * blocks, ((nint)row + 1) * blocks, (byte*)(target - row * columns));
    }

    protected override unsafe void DequantizeOnCpu(Tensor target)
    {
        Nf4Memory from = Memory;
        nint start = TensorMemory.Start(target);
        bool full = target.dtype == ScalarType.Float32;
        KernelThreads.For(Blocks, Block, (first, end) =>
        {
            if (full)
                Nf4Kernel.Run<Float32Element>(from, (nint)first, (nint)end, (byte*)start);
            else
                Nf4Kernel.Run<BFloat16Element>(from, (nint)first, (nint)end, (byte*)start);
        });
    }

    protected override void DequantizeWithTorch(Tensor target)
    {
        using Tensor flat = target.view(-1);
        using Tensor levels = tensor(Nf4Levels.All.ToArray(), device: target.device);
        using Tensor table = tensor(Nf4Scales.All.ToArray(), device: target.device);
        foreach ((long start, long count) in Parts(Elements, DequantizedAtOnce))
        {
            using DisposeScope scope = NewDisposeScope();
            long firstBlock = start / Block, blocks = (count + Block - 1) / Block;
            Tensor pairs = _codes.narrow(0, firstBlock * Block / 2, blocks * Block / 2).view(-1, 1, Nf4Kernel.Group / 2);
            Tensor codes = cat([pairs.bitwise_and(15), pairs.bitwise_right_shift(tensor(4, ScalarType.Byte, target.device))], 1);
            Tensor values = levels.index_select(0, codes.view(-1).to(ScalarType.Int32)).view(blocks, Block);
            values = values.mul_(Scales(firstBlock, blocks, table).unsqueeze(1));
            flat.narrow(0, start, count).copy_(values.view(-1).narrow(0, 0, count));
        }
    }

    /// <summary>Encodes whole blocks, the first of which begins a group.</summary>
    private static unsafe void Encode(Tensor values, long firstBlock, Tensor codes, Tensor scales, Tensor factors)
    {
        nint from = TensorMemory.Start(values), toCodes = TensorMemory.Start(codes) + (nint)firstBlock * Block / 2;
        nint toScales = TensorMemory.Start(scales) + (nint)firstBlock, toFactors = TensorMemory.Start(factors)
            + (nint)firstBlock / ScaleGroup * sizeof(float);
        long blocks = values.shape[0] / Block;
        KernelThreads.For((blocks + ScaleGroup - 1) / ScaleGroup, ScaleGroup * Block, (first, end) =>
        {
            for (nint group = (nint)first; group < (nint)end; group++)
            {
                nint block = group * ScaleGroup;
                ((float*)toFactors)[group] = Nf4Encoder.Group((float*)from + block * Block, (int)Math.Min(ScaleGroup, blocks - block),
                    (byte*)toCodes + block * (Block / 2), (byte*)toScales + block);
            }
        });
    }

    /// <summary>The scales as they come back: [blocks] float32.</summary>
    private Tensor Scales(long firstBlock, long blocks, Tensor table)
    {
        long firstGroup = firstBlock / ScaleGroup, groups = (blocks + ScaleGroup - 1) / ScaleGroup;
        Tensor factors = _groups.narrow(0, firstGroup, groups).repeat_interleave(ScaleGroup).narrow(0, 0, blocks);
        return table.index_select(0, _scales.narrow(0, firstBlock, blocks).to(ScalarType.Int32)).mul_(factors);
    }

    // Each starts with a group.
    private static IEnumerable<(long Start, long Count)> Parts(long elements, long atOnce)
    {
        long most = atOnce / (ScaleGroup * Block) * (ScaleGroup * Block);
        for (long start = 0; start < elements; start += most)
            yield return (start, Math.Min(most, elements - start));
    }
}
