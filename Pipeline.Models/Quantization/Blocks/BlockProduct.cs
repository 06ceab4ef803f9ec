using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Quantization.Blocks;

/// <summary>
/// Activations times weights in blocks, in whole numbers: activations are rounded to 8 bits (<see cref="ActivationBlocks"/>),
/// and each block of the weight is read once for all rows. A row's result does not depend on the other rows.
/// </summary>
internal static unsafe class BlockProduct
{
    private const long RowsAtOnce = 96;     // codes of so many rows stay in the cache next to a group of the weight

    [ThreadStatic]
    private static Work? _ofThread;

    /// <summary>Whether <see cref="Multiply"/> can be used: on the CPU, where no gradients are needed.</summary>
    /// <param name="x">[..., in]</param>
    /// <param name="columns">Input width of the weight.</param>
    public static bool Serves(Tensor x, long columns) => !is_grad_enabled() && x.device_type == DeviceType.CPU
        && x.dtype is ScalarType.Float32 or ScalarType.BFloat16 && x.shape[^1] == columns;

    /// <summary>x Wᵀ</summary>
    /// <param name="x">[..., in]</param>
    /// <param name="weight">[out, in]</param>
    /// <returns>[..., out] in the type of <paramref name="x"/>.</returns>
    public static Tensor Multiply(Tensor x, BlockWeight weight)
    {
        if (x.dtype == ScalarType.Float32)
            return FastLinear.Multiply(x, weight.Rows, (from, to) => Into<Float32Element>(from, weight, to));
        using Tensor full = empty([.. x.shape[..^1], weight.Rows]);
        using Tensor contiguous = x.contiguous();
        Into<BFloat16Element>(Matrix.Of(contiguous), weight, Matrix.Of(full));
        return full.to(x.dtype);
    }

    /// <summary>y = x Wᵀ with activations that are already rounded.</summary>
    /// <param name="x">[rows, in]</param>
    /// <param name="weight">[out, in]</param>
    /// <param name="y">[rows, out] float32, result.</param>
    /// <param name="stride">Numbers from one row of the result to the next.</param>
    public static void Into(ActivationBlocks x, BlockWeight weight, float* y, long stride)
    {
        Work work = _ofThread ??= new Work();
        work.Product(x, weight, (nint)y, stride);
    }

    private static void Into<T>(Matrix x, BlockWeight weight, Matrix y) where T : struct, IElement
    {
        Work work = _ofThread ??= new Work();
        ActivationBlocks blocks = work.Activations;
        for (long start = 0; start < x.Rows; start += RowsAtOnce)
        {
            long first = start, rows = Math.Min(RowsAtOnce, x.Rows - start);
            blocks.Resize(rows, x.Width);
            KernelThreads.For(rows, x.Width, (from, to) =>
            {
                for (long row = from; row < to; row++)
                    blocks.Round<T>(row, x.Row<T>(first + row), x.Width);
            });
            work.Product(blocks, weight, (nint)y.Row<Float32Element>(first), y.Stride);
        }
    }

    /// <summary>The same by a path of choice, on the calling thread.</summary>
    internal static void Run<TPath>(BlockWeight weight, long group, long end, ActivationBlocks x, float* y, long stride)
        where TPath : struct, IBlockPath
    {
        if (weight.Format == BlockFormat.Q8)
            Run<TPath, Q8Layout>(weight, group, end, x, y, stride);
        else if (weight.Format == BlockFormat.Q4)
            Run<TPath, Q4Layout>(weight, group, end, x, y, stride);
        else
            Run<TPath, Q4MinimumLayout>(weight, group, end, x, y, stride);
    }

    private static void Run<TPath, TLayout>(BlockWeight weight, long group, long end, ActivationBlocks x, float* y, long stride)
        where TPath : struct, IBlockPath
        where TLayout : struct, IBlockLayout
    {
        BlockMemory memory = weight.Memory;
        long bytes = IntegerKernel<TPath, TLayout>.ScratchBytes(memory.Blocks);
        IntegerKernel<TPath, TLayout>.Run(memory, group, end, x, y, stride, weight.Rows, Scratch.OfThread(bytes).Take(bytes));
    }

    // The arguments of one product where all threads see them: kept for the next, so that a product allocates nothing.
    private sealed class Work
    {
        private readonly Action<long, long> _run;
        private ActivationBlocks? _x;
        private BlockWeight? _weight;
        private nint _y;
        private long _stride;

        public Work() => _run = Run;

        public ActivationBlocks Activations { get; } = new();

        public void Product(ActivationBlocks x, BlockWeight weight, nint y, long stride)
        {
            (_x, _weight, _y, _stride) = (x, weight, y, stride);
            KernelThreads.For(weight.Memory.Groups, weight.Columns * BlockMemory.GroupRows * Math.Min(x.Rows, 16), _run);
            (_x, _weight) = (null, null);
        }

        private void Run(long group, long end)
        {
            if (VnniPath.IsSupported)
                BlockProduct.Run<VnniPath>(_weight!, group, end, _x!, (float*)_y, _stride);
            else if (Avx2Path.IsSupported)
                BlockProduct.Run<Avx2Path>(_weight!, group, end, _x!, (float*)_y, _stride);
            else
                BlockProduct.Run<PortablePath>(_weight!, group, end, _x!, (float*)_y, _stride);
        }
    }
}
