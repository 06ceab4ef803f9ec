using Pipeline.Models.Batching.Kernels;
using Pipeline.Models.Layers;
using Pipeline.Models.Quantization;
using Pipeline.Models.Quantization.Blocks;
using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Models.Batching;

/// <summary>
/// The matrix products of a pass. There are two ways, one for decoding and one for prompts; within each, a row's result has the
/// same bits whatever rows are computed with it.
/// </summary>
internal sealed class PassProducts : IDisposable
{
    private const int MostQuantizedRows = 4;    // that the products of quantized weights take

    private readonly PassBuffer _narrow = new(sizeof(ushort));
    private readonly PassBuffer _low = new(sizeof(float));

    /// <summary>Whether the rows are single tokens of many sequences, rather than prompts.</summary>
    public bool IsDecoding { get; set; }

    /// <summary>y = x Wᵀ + b, then what the adapters of some rows add.</summary>
    /// <param name="x">[rows, in] float32.</param>
    /// <param name="weight">The projection.</param>
    /// <param name="y">[rows, out] float32.</param>
    /// <param name="adapters">Which rows have which adapter.</param>
    public void Project(Matrix x, PassWeight weight, Matrix y, IReadOnlyList<AdapterRows> adapters)
    {
        if (weight.Layer is { IsQuantized: true } quantized)
        {
            Quantized(x, quantized, weight, y);
        }
        else
        {
            Multiply(x, weight.Dense, weight.Type, y);
            AddBias(weight, y);
        }
        foreach (AdapterRows rows in adapters)
        {
            if (rows.Adapter.Find(weight.Layer) is { } part)
                Adapt(Rows(x, rows), part, weight, Rows(y, rows));
        }
    }

    /// <summary>y = scale × x Wᵀ, or y += scale × x Wᵀ.</summary>
    /// <param name="x">[rows, in] float32.</param>
    /// <param name="weight">[out, in]</param>
    /// <param name="type">Type of the weight: float32 or bfloat16.</param>
    /// <param name="y">[rows, out] float32.</param>
    /// <param name="scale">Factor.</param>
    /// <param name="adds">Adds to y instead of replacing it.</param>
    public void Multiply(Matrix x, Matrix weight, ScalarType type, Matrix y, float scale = 1, bool adds = false)
    {
        if (type == ScalarType.Float32)
            Multiply<Float32Element>(x, weight, y, scale, adds);
        else
            Multiply<BFloat16Element>(x, weight, y, scale, adds);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _narrow.Dispose();
        _low.Dispose();
    }

    private void Multiply<T>(Matrix x, Matrix weight, Matrix y, float scale, bool adds)
        where T : struct, IProductElement
    {
        if (IsDecoding || !BlockKernel.Has(T.Type) || x.Width % T.DepthUnit != 0)
        {
            RowProduct<T>.Into(x, weight, y, scale, adds);
            return;
        }
        Matrix left = x;
        if (T.Type == ScalarType.BFloat16)
        {
            left = _narrow.Of(x.Rows, x.Width);
            RowKernels.Convert<Float32Element, BFloat16Element>(x, left);
        }
        BlockedProduct<T>.Into(new BlockedProduct<T>.Target(y.Data, y.Rows, y.Width, y.Stride, 1, true), adds ? 1 : 0,
            new BlockedProduct<T>.Factors(left, weight, true), scale, null);
    }

    private void Quantized(Matrix x, ProjectionLayer layer, PassWeight weight, Matrix y)
    {
        if (layer.Quantized is BlockWeight blocks)
        {
            BlockProduct.Into<Float32Element>(x, blocks, y);
            AddBias(weight, y);
            return;
        }
        using IDisposable noGrad = no_grad();
        if (!IsDecoding)
        {
            using BorrowedWeight borrowed = layer.Borrow(weight.Type);
            Multiply(x, Matrix.Of(borrowed.Dense), weight.Type, y);
            AddBias(weight, y);
            return;
        }
        for (long row = 0; row < x.Rows; row += MostQuantizedRows)
        {
            using DisposeScope scope = NewDisposeScope();
            long count = Math.Min(MostQuantizedRows, x.Rows - row);
            Tensor few = empty([count, x.Width]);
            RowKernels.Convert<Float32Element, Float32Element>(Part(x, row, count), Matrix.Of(few));
            RowKernels.Convert<Float32Element, Float32Element>(Matrix.Of(layer.Frozen(few)), Part(y, row, count));
        }
    }

    private void Adapt(Matrix x, AdapterPart part, PassWeight weight, Matrix y)
    {
        Matrix low = _low.Of(x.Rows, part.Rank);
        Multiply(x, part.A, part.Type, low);
        Multiply(low, part.B, part.Type, y, part.Scaling, adds: true);
        if (part.Factor is not { } factor)
            return;
        // The bias keeps its length.
        if (weight.Type == ScalarType.Float32)
            RowKernels.Rescale<Float32Element>(y, factor, weight.Bias);
        else
            RowKernels.Rescale<BFloat16Element>(y, factor, weight.Bias);
    }

    private static void AddBias(PassWeight weight, Matrix y)
    {
        if (weight.Bias is not { } bias)
            return;
        if (weight.Type == ScalarType.Float32)
            RowKernels.AddBias<Float32Element>(y, bias);
        else
            RowKernels.AddBias<BFloat16Element>(y, bias);
    }

    private static Matrix Rows(Matrix matrix, AdapterRows rows) => Part(matrix, rows.First, rows.Count);

    private static Matrix Part(Matrix matrix, long first, long count) =>
        matrix with { Data = matrix.Data + (nint)(first * matrix.Stride * sizeof(float)), Rows = count };
}
