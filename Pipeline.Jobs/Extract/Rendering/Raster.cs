using System.Runtime.InteropServices;

namespace Pipeline.Jobs.Extract.Rendering;

/// <summary>
/// Pixels of a page or of a part of it: 8-bit RGB, rows from the top. Their memory is not the collector's, which would keep that of
/// several large rasters.
/// </summary>
internal sealed unsafe class Raster : IDisposable
{
    private byte* _pixels;

    public Raster(int width, int height)
    {
        Width = width;
        Height = height;
        Stride = (width * 3 + 3) & ~3;
        _pixels = (byte*)NativeMemory.Alloc((nuint)(Stride * height));
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride { get; }

    public Span<byte> Pixels =>
        _pixels is not null ? new Span<byte>(_pixels, Stride * Height) : throw new ObjectDisposedException(nameof(Raster));

    public ReadOnlySpan<byte> Row(int y) => Pixels.Slice(y * Stride, Width * 3);

    /// <summary>A copy of a part; the rectangle is clipped to the raster.</summary>
    public Raster Crop(int left, int top, int width, int height)
    {
        left = Math.Clamp(left, 0, Width - 1);
        top = Math.Clamp(top, 0, Height - 1);
        Raster part = new(Math.Clamp(width, 1, Width - left), Math.Clamp(height, 1, Height - top));
        for (int y = 0; y < part.Height; y++)
            Row(top + y).Slice(left * 3, part.Width * 3).CopyTo(part.Pixels[(y * part.Stride)..]);
        return part;
    }

    public void Dispose()
    {
        NativeMemory.Free(_pixels);
        _pixels = null;
        GC.SuppressFinalize(this);
    }

    ~Raster() => NativeMemory.Free(_pixels);
}
