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

    private const long GroupsAtOnce = 256;      // 4 million elements

    private static readonly float[] s_levels = [.. Nf4Levels.All];
    private static readonly float[] s_scales = [.. Nf4Scales.All];

    private readonly Tensor _codes;     // [blocks * 32] uint8, in the order of Nf4Kernel
    private readonly Tensor _scales;    // [blocks] uint8, an index of Nf4Scales
    private readonly Tensor _groups;    // [groups] float32

    private Nf4Weight(long rows, long columns, Device device) : base(rows, columns)
    {
        long blocks = Blocks;
        _codes = empty(blocks * Block / 2, dtype: ScalarType.Byte, device: device).DetachFromDisposeScope();
        _scales = empty(blocks, dtype: ScalarType.Byte, device: device).DetachFromDisposeScope();
        _groups = empty((blocks + ScaleGroup - 1) / ScaleGroup, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope();
    }

    public override long StoredBytes => _codes.NumberOfElements + _scales.NumberOfElements + sizeof(float) * _groups.NumberOfElements;

    private long Elements => Rows * Columns;

    private long Blocks => (Elements + Block - 1) / Block;

    /// <inheritdoc cref="QuantizedWeight.Create"/>
    public static Nf4Weight Quantize(Tensor weight, Device device)
    {
        var result = new Nf4Weight(weight.shape[0], weight.shape[1], device);
        try
        {
            using IDisposable noGrad = no_grad();
            using Tensor contiguous = weight.detach().contiguous();
            using Tensor flat = contiguous.view(-1);
            using Tensor borders = tensor(Nf4Levels.Borders.ToArray(), device: device);
            using Tensor table = tensor(s_scales, device: device);
            foreach ((long start, long count) in result.Parts())
            {
                using DisposeScope scope = NewDisposeScope();
                result.Fill(start / Block, flat.narrow(0, start, count).to(ScalarType.Float32, device), borders, table);
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
        _codes.Dispose();
        _scales.Dispose();
        _groups.Dispose();
    }

    protected override unsafe void DequantizeOnCpu(Tensor target)
    {
        nint codes = TensorMemory.Start(_codes), scales = TensorMemory.Start(_scales), groups = TensorMemory.Start(_groups);
        nint start = TensorMemory.Start(target), elements = (nint)Elements;
        bool full = target.dtype == ScalarType.Float32;
        int width = full ? sizeof(float) : sizeof(ushort);
        ParallelRanges.Run(Blocks, Block, (first, end) =>
        {
            fixed (float* levels = s_levels, table = s_scales)
            {
                for (nint block = (nint)first; block < (nint)end; block++)
                {
                    float scale = table[((byte*)scales)[block]] * ((float*)groups)[block / ScaleGroup];
                    byte* from = (byte*)codes + block * (Block / 2);
                    byte* to = (byte*)start + block * Block * width;
                    nint count = Math.Min(Block, elements - block * Block);
                    if (full)
                        Nf4Kernel.Run<Float32Output>(from, levels, scale, count, to);
                    else
                        Nf4Kernel.Run<BFloat16Output>(from, levels, scale, count, to);
                }
            }
        });
    }

    protected override void DequantizeWithTorch(Tensor target)
    {
        using Tensor flat = target.view(-1);
        using Tensor levels = tensor(s_levels, device: target.device);
        using Tensor table = tensor(s_scales, device: target.device);
        foreach ((long start, long count) in Parts())
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

    /// <summary>Quantizes one part, which starts at a border of groups.</summary>
    /// <param name="firstBlock">Where it goes.</param>
    /// <param name="values">[n] float32</param>
    /// <param name="borders">[15]</param>
    /// <param name="table">[256]</param>
    private void Fill(long firstBlock, Tensor values, Tensor borders, Tensor table)
    {
        long count = values.shape[0], blocks = (count + Block - 1) / Block, groups = (blocks + ScaleGroup - 1) / ScaleGroup;
        Tensor padded = Padded(values, blocks * Block).view(blocks, Block);
        Tensor wanted = padded.abs().amax([1]);
        RequireFinite(wanted);
        Tensor largest = Padded(wanted, groups * ScaleGroup).view(groups, ScaleGroup).amax([1]);
        _groups.narrow(0, firstBlock / ScaleGroup, groups).copy_(largest);
        Tensor relative = wanted / largest.masked_fill(largest.eq(0), 1).repeat_interleave(ScaleGroup).narrow(0, 0, blocks);
        _scales.narrow(0, firstBlock, blocks).copy_(relative.bucketize(tensor(Nf4Scales.Borders.ToArray(), device: values.device), outInt32: true));

        Tensor scales = Scales(firstBlock, blocks, table);
        Tensor normal = padded / scales.masked_fill(scales.eq(0), 1).unsqueeze(1);
        Tensor codes = normal.bucketize(borders, outInt32: true).to(ScalarType.Byte).view(-1, 2, Nf4Kernel.Group / 2);
        Tensor packed = codes.select(1, 0) + codes.select(1, 1).mul(tensor(16, ScalarType.Byte, values.device));
        _codes.narrow(0, firstBlock * Block / 2, blocks * Block / 2).copy_(packed.view(-1));
    }

    /// <summary>The scales as they come back: [blocks] float32.</summary>
    private Tensor Scales(long firstBlock, long blocks, Tensor table)
    {
        long firstGroup = firstBlock / ScaleGroup, groups = (blocks + ScaleGroup - 1) / ScaleGroup;
        Tensor factors = _groups.narrow(0, firstGroup, groups).repeat_interleave(ScaleGroup).narrow(0, 0, blocks);
        return table.index_select(0, _scales.narrow(0, firstBlock, blocks).to(ScalarType.Int32)).mul_(factors);
    }

    private static Tensor Padded(Tensor values, long length) =>
        values.shape[0] == length ? values : cat([values, values.new_zeros(length - values.shape[0])]);

    private IEnumerable<(long Start, long Count)> Parts()
    {
        const long most = GroupsAtOnce * ScaleGroup * Block;
        for (long start = 0; start < Elements; start += most)
            yield return (start, Math.Min(most, Elements - start));
    }
}
