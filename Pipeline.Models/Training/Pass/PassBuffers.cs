using static TorchSharp.torch;

namespace Pipeline.Models.Training.Pass;

/// <summary>
/// The memory of a pass: one block per name, allocated once, grown when a batch is larger than any before and reused by
/// the next. Nothing is cleared between uses.
/// </summary>
internal sealed class PassBuffers(ScalarType dtype, Device device) : IDisposable
{
    private readonly Dictionary<string, Tensor> _blocks = new(StringComparer.Ordinal);

    /// <summary>The model's type.</summary>
    public ScalarType DType => dtype;

    /// <summary>The memory of a name in a shape, in the model's type; the handle belongs to the caller's dispose scope.</summary>
    public Tensor Get(string name, params ReadOnlySpan<long> shape) => Get(name, dtype, shape);

    /// <summary>The same in float32.</summary>
    public Tensor GetFloat32(string name, params ReadOnlySpan<long> shape) => Get(name, ScalarType.Float32, shape);

    public void Dispose()
    {
        foreach (Tensor block in _blocks.Values)
            block.Dispose();
        _blocks.Clear();
    }

    private Tensor Get(string name, ScalarType type, ReadOnlySpan<long> shape)
    {
        long count = 1;
        foreach (long size in shape)
            count *= size;
        if (!_blocks.TryGetValue(name, out Tensor? block) || block.shape[0] < count)
        {
            // A block that grew once will grow again: headroom makes that a few times, not at every longer batch.
            long capacity = block is null ? count : Math.Max(count, block.shape[0] * 5 / 4);
            block?.Dispose();
            _blocks.Remove(name);
            block = empty([capacity], dtype: type, device: device).DetachFromDisposeScope();
            _blocks.Add(name, block);
        }
        using Tensor used = block.narrow(0, 0, count);
        return used.view(shape.ToArray());
    }
}
