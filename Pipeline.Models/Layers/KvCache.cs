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

    /// <summary>Called once all layers have appended.</summary>
    internal void Advance(long seq) => Length += seq;

    private Tensor Append(ref Tensor? buffer, Tensor added)
    {
        long needed = Length + added.shape[2];
        if (buffer is null || buffer.shape[0] != added.shape[0] || buffer.shape[2] < needed)
        {
            long capacity = Math.Max(FirstCapacity, needed);
            if (buffer is not null && buffer.shape[0] == added.shape[0])
                capacity = Math.Max(capacity, 2 * buffer.shape[2]);
            Tensor grown = empty([added.shape[0], added.shape[1], capacity, added.shape[3]], dtype: added.dtype, device: added.device)
                .DetachFromDisposeScope();
            if (Length > 0)
            {
                using Tensor from = buffer!.narrow(2, 0, Length);
                using Tensor to = grown.narrow(2, 0, Length);
                to.copy_(from);
            }
            buffer?.Dispose();
            buffer = grown;
        }
        using Tensor place = buffer.narrow(2, Length, added.shape[2]);
        using (no_grad())
            place.copy_(added);
        return buffer.narrow(2, 0, needed);
    }
}
