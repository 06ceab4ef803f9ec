using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Quantization;

/// <summary>
/// 8 bits: every output row has one scale, the largest magnitude / 127, and elements are whole multiples of it. Each element
/// comes back within half a scale. Reference: the storage of LLM.int8 (arXiv:2208.07339).
/// </summary>
internal sealed class Int8Weight : QuantizedWeight
{
    private const int Largest = 127;

    private readonly Tensor _codes;     // [out, in] int8
    private readonly Tensor _scales;    // [out] float32

    private Int8Weight(Tensor codes, Tensor scales) : base(codes.shape[0], codes.shape[1]) => (_codes, _scales) = (codes, scales);

    public override long StoredBytes => _codes.NumberOfElements + sizeof(float) * _scales.NumberOfElements;

    /// <inheritdoc cref="QuantizedWeight.Create"/>
    public static Int8Weight Quantize(Tensor weight, Device device)
    {
        long rows = weight.shape[0], columns = weight.shape[1];
        Int8Weight result = new(
            empty(rows, columns, dtype: ScalarType.Int8, device: device).DetachFromDisposeScope(),
            empty(rows, dtype: ScalarType.Float32, device: device).DetachFromDisposeScope());
        try
        {
            using IDisposable noGrad = no_grad();
            foreach ((long start, long count) in result.Parts(QuantizedAtOnce))
            {
                using DisposeScope scope = NewDisposeScope();
                Tensor part = weight.narrow(0, start, count).to(ScalarType.Float32, device);
                Tensor scales = part.abs().amax([1]).div_(Largest);
                RequireFinite(scales);
                result._scales.narrow(0, start, count).copy_(scales);
                // A row of zeros, or of numbers too small to have a scale, is stored as zeros.
                Tensor divisors = scales.masked_fill(scales.eq(0), 1).unsqueeze(1);
                result._codes.narrow(0, start, count).copy_(part.div(divisors).round_().clamp_(-Largest, Largest));
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
    }

    protected override unsafe RowReader CreateRowReader()
    {
        nint codes = TensorMemory.Start(_codes), scales = TensorMemory.Start(_scales), columns = (nint)Columns;
        return (row, target) =>
            Int8Kernel.Run<Float32Element>((sbyte*)codes + row * columns, ((float*)scales)[row], columns, (byte*)target);
    }

    protected override unsafe void DequantizeOnCpu(Tensor target)
    {
        nint codes = TensorMemory.Start(_codes), scales = TensorMemory.Start(_scales), start = TensorMemory.Start(target);
        nint columns = (nint)Columns;
        bool full = target.dtype == ScalarType.Float32;
        KernelThreads.For(Rows, Columns, (first, end) =>
        {
            for (nint row = (nint)first; row < (nint)end; row++)
            {
                sbyte* from = (sbyte*)codes + row * columns;
                float scale = ((float*)scales)[row];
                if (full)
                    Int8Kernel.Run<Float32Element>(from, scale, columns, (byte*)start + row * columns * sizeof(float));
                else
                    Int8Kernel.Run<BFloat16Element>(from, scale, columns, (byte*)start + row * columns * sizeof(ushort));
            }
        });
    }

    protected override void DequantizeWithTorch(Tensor target)
    {
        foreach ((long start, long count) in Parts(DequantizedAtOnce))
        {
            using DisposeScope scope = NewDisposeScope();
            Tensor part = _codes.narrow(0, start, count).to(ScalarType.Float32).mul_(_scales.narrow(0, start, count).unsqueeze(1));
            target.narrow(0, start, count).copy_(part);
        }
    }

    private IEnumerable<(long Start, long Count)> Parts(long elements)
    {
        long most = Math.Max(1, elements / Columns);
        for (long start = 0; start < Rows; start += most)
            yield return (start, Math.Min(most, Rows - start));
    }
}
