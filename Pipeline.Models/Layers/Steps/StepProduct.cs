using Pipeline.Models.Quantization.Blocks;
using Pipeline.Models.Runtime;
using Pipeline.Models.Runtime.Products;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Models.Layers.Steps;

/// <summary>
/// The linear layers of a decoding step: weights in blocks, or in float32 and bfloat16, times a few rows of float32. Every weight is
/// read once for all rows, in the same order of sums however many they are.
/// </summary>
internal sealed unsafe class StepProduct : IDisposable
{
    private readonly ActivationBlocks _rounded = new();
    private readonly Action<long, long> _dense;
    private nint _x, _y, _weight;
    private long _rows, _width, _outputs;
    private bool _isHalf;

    public StepProduct() => _dense = Dense;

    /// <summary>Whether a layer is of a kind that <see cref="Run"/> computes.</summary>
    public static bool Serves(ProjectionLayer layer) => layer.IsQuantized
        ? layer.Quantized is BlockWeight
        : layer.Weight.dtype is ScalarType.Float32 or ScalarType.BFloat16 && layer.Weight.is_contiguous();

    /// <summary>Computes layers that have the same input, biases and adapters included.</summary>
    /// <param name="layers">One fused layer, or several.</param>
    /// <param name="x">Their input.</param>
    /// <param name="outputs">Their results, in the same order.</param>
    /// <param name="rows">Rows of the batch.</param>
    public void Run(IReadOnlyList<ProjectionLayer> layers, StepBuffer x, IReadOnlyList<StepBuffer> outputs, long rows)
    {
        bool rounded = false;
        for (int i = 0; i < layers.Count; i++)
        {
            if (layers[i].IsQuantized && !rounded)
                Round(x, rows);
            rounded |= layers[i].IsQuantized;
            Run(layers[i], x, outputs[i], rows);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _rounded.Dispose();

    private void Run(ProjectionLayer layer, StepBuffer x, StepBuffer output, long rows)
    {
        if (layer.IsQuantized)
        {
            BlockProduct.Into(_rounded, (BlockWeight)layer.Quantized, output.Data, output.Width);
        }
        else
        {
            (_x, _y, _weight) = ((nint)x.Data, (nint)output.Data, TensorMemory.First(layer.Weight));
            (_rows, _width, _outputs) = (rows, layer.InFeatures, layer.OutFeatures);
            _isHalf = layer.Weight.dtype == ScalarType.BFloat16;
            KernelThreads.For(_outputs, _width * rows, _dense);
        }
        if (layer.Bias is { } bias)
            AddBias(bias, output, rows);
        if (layer.Delta is not { } delta)
            return;
        using DisposeScope scope = NewDisposeScope();
        Tensor extended = delta.Apply(layer, x.Tensor, output.Tensor);
        if (!ReferenceEquals(extended, output.Tensor))
            output.Tensor.copy_(extended);
    }

    private void Round(StepBuffer x, long rows)
    {
        _rounded.Resize(rows, x.Width);
        for (long row = 0; row < rows; row++)
            _rounded.Round<Float32Element>(row, (byte*)x.Row(row), x.Width);
    }

    private void Dense(long first, long end)
    {
        if (_isHalf)
            Dense<BFloat16Element>(first, end);
        else
            Dense<Float32Element>(first, end);
    }

    private void Dense<TWeight>(long first, long end) where TWeight : struct, IElement
    {
        float* dots = stackalloc float[(int)_rows];
        for (long output = first; output < end; output++)
        {
            RowDots<TWeight>.Into((float*)_x, _width, _rows, (byte*)_weight + output * _width * TWeight.Size, _width, dots);
            for (long row = 0; row < _rows; row++)
                ((float*)_y)[row * _outputs + output] = dots[row];
        }
    }

    private static void AddBias(Parameter bias, StepBuffer output, long rows)
    {
        byte* values = (byte*)TensorMemory.Start(bias);
        bool isHalf = bias.dtype == ScalarType.BFloat16;
        for (long row = 0; row < rows; row++)
        {
            float* target = output.Row(row);
            for (long i = 0; i < output.Width; i++)
                target[i] += isHalf ? BFloat16Element.LoadOne(values, i) : Float32Element.LoadOne(values, i);
        }
    }
}
