using Pipeline.Models.Runtime;
using static TorchSharp.torch;

namespace Pipeline.Models.Layers.Steps;

/// <summary>Rows of float32 that a decoding step computes in: kept from one step to the next, and a tensor where an adapter needs one.</summary>
internal sealed unsafe class StepBuffer(long width) : IDisposable
{
    /// <summary>Numbers of a row.</summary>
    public long Width { get; } = width;

    /// <summary>[rows, 1, width]</summary>
    public Tensor Tensor { get; private set; } = empty(0, 1, width).DetachFromDisposeScope();

    /// <summary>First number; rows follow each other.</summary>
    public float* Data { get; private set; }

    /// <summary>First number of a row.</summary>
    public float* Row(long row) => Data + row * Width;

    /// <summary>Makes room for a batch.</summary>
    public void Resize(long rows)
    {
        if (Tensor.size(0) == rows)
            return;
        Tensor.Dispose();
        Tensor = empty(rows, 1, Width).DetachFromDisposeScope();
        Data = (float*)TensorMemory.Start(Tensor);
    }

    /// <inheritdoc/>
    public void Dispose() => Tensor.Dispose();
}
