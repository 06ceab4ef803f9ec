using Pipeline.Models.Layers.Steps;
using Pipeline.Models.Runtime;
using static TorchSharp.torch;

namespace Pipeline.Models.Layers;

/// <summary>
/// Keys and values of the positions decoded so far, one pair per layer, in buffers that double when full.
/// Not thread-safe; one cache per sequence batch.
/// </summary>
public sealed class KvCache : IDisposable
{
    private const long FirstCapacity = 64;
    private readonly Tensor?[] _keys;
    private readonly Tensor?[] _values;

    /// <summary>An empty cache.</summary>
    /// <param name="layers">Decoder layers.</param>
    public KvCache(int layers)
    {
        _keys = new Tensor?[layers];
        _values = new Tensor?[layers];
    }

    /// <summary>Positions held.</summary>
    public long Length { get; private set; }

    /// <summary>[batch, Length]: kept only for models whose angles depend on the total length.</summary>
    internal Tensor? InputIds { get; private set; }

    /// <summary>Whether the held keys were rotated with longrope's long factors.</summary>
    internal bool UsesLong { get; set; }

    /// <summary>Forgets all positions; buffers are kept for reuse.</summary>
    public void Reset()
    {
        Length = 0;
        InputIds?.Dispose();
        InputIds = null;
        UsesLong = false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Reset();
        foreach (Tensor? buffer in _keys.Concat(_values))
            buffer?.Dispose();
        Array.Clear(_keys);
        Array.Clear(_values);
    }

    internal void Remember(Tensor inputIds)
    {
        Tensor all = InputIds is null ? inputIds.clone() : cat([InputIds, inputIds], 1);
        InputIds?.Dispose();
        InputIds = all.DetachFromDisposeScope();
    }

    /// <summary>Appends one layer's new keys and values and returns all of them, as views.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="key">[batch, kv_heads, seq, head], rotated.</param>
    /// <param name="value">[batch, kv_heads, seq, head]</param>
    /// <returns>[batch, kv_heads, Length + seq, head] each</returns>
    internal (Tensor Key, Tensor Value) Append(int layer, Tensor key, Tensor value) =>
        (Append(ref _keys[layer], key), Append(ref _values[layer], value));

    /// <summary>Makes room for new positions of one layer, which the caller fills in place.</summary>
    /// <param name="layer">Index of the layer.</param>
    /// <param name="batch">Rows.</param>
    /// <param name="heads">Key heads.</param>
    /// <param name="seq">New positions.</param>
    /// <param name="head">Numbers of a head.</param>
    /// <param name="dtype">Type of the keys and values.</param>
    internal KvMemory Extend(int layer, long batch, long heads, long seq, long head, ScalarType dtype)
    {
        Tensor keys = Grown(ref _keys[layer], [batch, heads, seq, head], dtype, CPU);
        Tensor values = Grown(ref _values[layer], [batch, heads, seq, head], dtype, CPU);
        return new KvMemory(TensorMemory.First(keys), TensorMemory.First(values), heads, keys.size(2), head);
    }

    /// <summary>Called once all layers have appended.</summary>
    internal void Advance(long seq) => Length += seq;

    private Tensor Append(ref Tensor? buffer, Tensor added)
    {
        Tensor all = Grown(ref buffer, added.shape, added.dtype, added.device);
        using Tensor place = all.narrow(2, Length, added.shape[2]);
        using (no_grad())
            place.copy_(added);
        return all.narrow(2, 0, Length + added.shape[2]);
    }

    // The buffer with room for what is added, [batch, kv_heads, seq, head].
    private Tensor Grown(ref Tensor? buffer, ReadOnlySpan<long> added, ScalarType dtype, Device device)
    {
        long needed = Length + added[2];
        if (buffer is not null && buffer.size(0) == added[0] && buffer.size(2) >= needed)
            return buffer;
        long capacity = Math.Max(FirstCapacity, needed);
        if (buffer is not null && buffer.size(0) == added[0])
            capacity = Math.Max(capacity, 2 * buffer.size(2));
        Tensor grown = empty([added[0], added[1], capacity, added[3]], dtype: dtype, device: device).DetachFromDisposeScope();
        if (Length > 0)
        {
            using Tensor from = buffer!.narrow(2, 0, Length);
            using Tensor to = grown.narrow(2, 0, Length);
            to.copy_(from);
        }
        buffer?.Dispose();
        return buffer = grown;
    }
}
