namespace Pipeline.Models.Vision;

/// <summary>A decoded picture: 8 bits per channel, sRGB, upright, no transparency.</summary>
public sealed class RgbImage
{
    /// <summary>Wraps pixels that are already decoded.</summary>
    /// <param name="width">Pixels per row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="pixels">Red, green, blue of each pixel, row by row from the top left: width × height × 3 bytes. Not copied.</param>
    /// <exception cref="ArgumentException">The number of bytes does not match the size.</exception>
    public RgbImage(int width, int height, byte[] pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        if (pixels.LongLength != 3L * width * height)
            throw new ArgumentException($"an image of {width} x {height} has {3L * width * height} bytes of RGB, not {pixels.LongLength}",
                nameof(pixels));
        (Width, Height, Pixels) = (width, height, pixels);
    }

    /// <summary>Pixels per row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>Red, green, blue of each pixel, row by row from the top left.</summary>
    public byte[] Pixels { get; }
}
