using System.Runtime.InteropServices;
using Pipeline.Models.Runtime;

namespace Pipeline.Models.Batching;

/// <summary>Memory of a pass that grows to the largest size asked for; its content is arbitrary.</summary>
/// <param name="elementBytes">Bytes of one number.</param>
internal sealed unsafe class PassBuffer(int elementBytes) : IDisposable
{
    private const int Alignment = 64;

    private nint _memory;
    private long _bytes;

    /// <summary>The memory as rows; earlier ones become invalid.</summary>
    public Matrix Of(long rows, long width)
    {
        long bytes = Math.Max(1, rows * width) * elementBytes;
        if (bytes > _bytes)
        {
            Dispose();
            _memory = (nint)NativeMemory.AlignedAlloc((nuint)bytes, Alignment);
            _bytes = bytes;
        }
        return new Matrix(_memory, rows, width, width);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        NativeMemory.AlignedFree((void*)_memory);
        (_memory, _bytes) = (0, 0);
    }
}
