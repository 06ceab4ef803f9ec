using Pipeline.Models.Quantization.Blocks;
using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;
using static TorchSharp.torch;

namespace Pipeline.Models.Quantization;

/// <summary>
/// A frozen weight [out, in] in few bits, and how to restore it. Owns its memory. The restored values are the same, bit for
/// bit, on every device and at every call; rounding to the target's type is the last step.
/// </summary>
internal abstract class QuantizedWeight(long rows, long columns) : IDisposable
{
    /// <summary>
    /// Elements in one step of quantizing: its buffers fit the cache and, being much smaller than a weight, do not fragment the
    /// heap, so that loading a model needs hardly more memory than it keeps.
    /// </summary>
    protected const long QuantizedAtOnce = 256 << 10;

    /// <summary>Elements in one step of dequantizing with torch operations, each of which is a launch on a GPU.</summary>
    protected const long DequantizedAtOnce = 8 << 20;

    /// <summary>Output width.</summary>
    public long Rows { get; } = rows;

    /// <summary>Input width.</summary>
    public long Columns { get; } = columns;

    /// <summary>Bytes of codes and scales together.</summary>
    public abstract long StoredBytes { get; }

    /// <summary>Quantizes a matrix, a part at a time.</summary>
    /// <param name="weight">[out, in] of any floating-point type, on any device; not kept.</param>
    /// <param name="bits">8 or 4.</param>
    /// <param name="device">Where the codes will be stored.</param>
    /// <param name="storage">In which form; blocks are for the CPU alone.</param>
    /// <exception cref="InputException">The matrix holds infinities or not-a-numbers.</exception>
    public static QuantizedWeight Create(Tensor weight, int bits, Device device,
        QuantizedStorage storage = QuantizedStorage.Trainable) => bits switch
        {
            8 when storage == QuantizedStorage.Blocks => BlockWeight.Quantize(weight, BlockFormat.Q8),
            4 when storage == QuantizedStorage.Blocks => BlockWeight.Quantize(weight, BlockFormat.Q4),
            8 => Int8Weight.Quantize(weight, device),
            4 => Nf4Weight.Quantize(weight, device),
            _ => throw new ArgumentOutOfRangeException(nameof(bits), bits, "a weight is stored in 8 or 4 bits"),
        };

    /// <summary>Writes the matrix.</summary>
    /// <param name="target">[out, in], contiguous, on the device of the codes; float32 and bfloat16 on the CPU are fastest.</param>
    public void DequantizeInto(Tensor target)
    {
        if (!target.shape.SequenceEqual([Rows, Columns]) || !target.is_contiguous())
            throw new ArgumentException($"expected a contiguous [{Rows}, {Columns}], found [{string.Join(", ", target.shape)}]",
                nameof(target));
        if (target.device_type == TorchSharp.DeviceType.CPU && target.dtype is ScalarType.Float32 or ScalarType.BFloat16)
            DequantizeOnCpu(target);
        else
            DequantizeWithTorch(target);
        // The kernels hold only addresses.
        GC.KeepAlive(target);
        GC.KeepAlive(this);
    }

    /// <summary>x Wᵀ without ever materializing the full matrix, where gradients are not needed.</summary>
    /// <param name="x">[..., in]</param>
    /// <returns>[..., out]; null where this storage has no such product for this x.</returns>
    public virtual Tensor? Multiply(Tensor x)
    {
        if (!FastLinear.IsForFewRows(x) || x.shape[^1] != Columns || CreateRowReader() is not { } read)
            return null;
        Tensor result = FastLinear.Multiply(x, Rows, (from, to) =>
        {
            if (x.dtype == ScalarType.Float32)
                VectorProduct<Float32Element>.Into(from, read, to);
            else
                VectorProduct<BFloat16Element>.Into(from, read, to);
        });
        GC.KeepAlive(this);     // the reader holds only addresses
        return result;
    }

    /// <inheritdoc/>
    public abstract void Dispose();

    /// <summary>Reads rows of this weight on the CPU while it lives; null where a row does not begin with a unit of its storage.</summary>
    protected abstract RowReader? CreateRowReader();

    /// <summary>The kernel for float32 and bfloat16.</summary>
    protected abstract void DequantizeOnCpu(Tensor target);

    /// <summary>The same with operations that every device has.</summary>
    protected abstract void DequantizeWithTorch(Tensor target);

    /// <exception cref="InputException">A scale says that its elements are not all finite.</exception>
    protected static void RequireFinite(Tensor scales)
    {
        using Tensor finite = isfinite(scales);
        using Tensor all = finite.all();
        if (!all.item<bool>())
            throw new InputException(
                "it holds infinities or not-a-numbers, which cannot be quantized; the checkpoint is damaged, or load it without "
                + "quantization");
    }
}
