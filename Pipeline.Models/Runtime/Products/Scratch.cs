using System.Runtime.InteropServices;

namespace Pipeline.Models.Runtime.Products;

/// <summary>A thread's memory for packed factors and sums; it grows to the largest size needed and is freed with the thread.</summary>
internal sealed unsafe class Scratch
{
    private const long Alignment = 64;  // a cache line

    [ThreadStatic]
    private static Scratch? _ofThread;

    private nint _memory;
    private long _bytes, _taken;

    private Scratch()
    {
    }

    ~Scratch() => NativeMemory.AlignedFree((void*)_memory);

    /// <summary>The thread's scratch, from its start. Earlier parts become invalid.</summary>
    /// <param name="parts">Bytes of all parts that will be taken.</param>
    public static Scratch OfThread(params ReadOnlySpan<long> parts)
    {
        Scratch scratch = _ofThread ??= new Scratch();
        long bytes = 0;
        foreach (long part in parts)
            bytes += RoundUp(part);
        scratch.Grow(bytes);
        scratch._taken = 0;
        return scratch;
    }

    /// <summary>The next part. Its contents are whatever was there before, usually finite numbers: nothing may depend on them.</summary>
    public byte* Take(long bytes)
    {
        byte* part = (byte*)_memory + _taken;
        _taken += RoundUp(bytes);
        return _taken <= _bytes ? part : throw new InvalidOperationException("more scratch is taken than was asked for");
    }

    private static long RoundUp(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;

    private void Grow(long bytes)
    {
        if (bytes <= _bytes)
            return;
        NativeMemory.AlignedFree((void*)_memory);
        (_memory, _bytes) = (0, 0);
        _memory = (nint)NativeMemory.AlignedAlloc((nuint)bytes, (nuint)Alignment);
        NativeMemory.Clear((void*)_memory, (nuint)bytes);
        _bytes = bytes;
    }
}
