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

    /// <summary>y = x Wᵀ. Allocates nothing once its memory has grown to the largest product.</summary>
    /// <typeparam name="T">Type of <paramref name="x"/>.</typeparam>
    /// <param name="x">[rows, in]</param>
    /// <param name="weight">[out, in]</param>
    /// <param name="y">[rows, out] float32, result.</param>
    public static void Into<T>(Matrix x, BlockWeight weight, Matrix y) where T : struct, IElement =>
        (_ofThread ??= new Work()).Multiply<T>(x, weight, y);

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
        private readonly ActivationBlocks _blocks = new();
        private readonly Action<long, long> _multiply, _roundFull, _roundHalf;
        private BlockWeight? _weight;
        private Matrix _x, _y;

        public Work() => (_multiply, _roundFull, _roundHalf) = (Multiply, Round<Float32Element>, Round<BFloat16Element>);

        public void Multiply<T>(Matrix x, BlockWeight weight, Matrix y) where T : struct, IElement
        {
            _weight = weight;
            for (long first = 0; first < x.Rows; first += RowsAtOnce)
            {
                long rows = Math.Min(RowsAtOnce, x.Rows - first);
                _x = x with { Data = (nint)x.Row<T>(first), Rows = rows };
                _y = y with { Data = (nint)y.Row<Float32Element>(first), Rows = rows };
                _blocks.Resize(rows, x.Width);
                KernelThreads.For(rows, x.Width, typeof(T) == typeof(Float32Element) ? _roundFull : _roundHalf);
                KernelThreads.For(weight.Memory.Groups, weight.Columns * BlockMemory.GroupRows * Math.Min(rows, 16), _multiply);
            }
            _weight = null;
        }

        private void Round<T>(long from, long to) where T : struct, IElement
        {
            for (long row = from; row < to; row++)
                _blocks.Round<T>(row, _x.Row<T>(row), _x.Width);
        }

        private void Multiply(long group, long end)
        {
            if (VnniPath.IsSupported)
                BlockProduct.Run<VnniPath>(_weight!, group, end, _blocks, (float*)_y.Data, _y.Stride);
            else if (Avx2Path.IsSupported)
                BlockProduct.Run<Avx2Path>(_weight!, group, end, _blocks, (float*)_y.Data, _y.Stride);
            else
                BlockProduct.Run<PortablePath>(_weight!, group, end, _blocks, (float*)_y.Data, _y.Stride);
        }
    }
}
