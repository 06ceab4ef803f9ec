namespace Pipeline.Models.Layers.Steps;

/// <summary>Where a layer's cached keys and values lie: [batch, heads, capacity, head] each.</summary>
/// <param name="Keys">First key.</param>
/// <param name="Values">First value.</param>
/// <param name="Heads">Key heads.</param>
/// <param name="Capacity">Positions.</param>
/// <param name="HeadSize">Numbers of a head.</param>
internal readonly record struct KvMemory(nint Keys, nint Values, long Heads, long Capacity, long HeadSize)
{
    /// <summary>Number of the first element of a head at a position.</summary>
    public long Place(long row, long head, long position) => ((row * Heads + head) * Capacity + position) * HeadSize;
}
