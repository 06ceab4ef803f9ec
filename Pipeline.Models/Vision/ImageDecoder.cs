using ImageMagick;

namespace Pipeline.Models.Vision;

/// <summary>
/// Turns an encoded image into upright RGB. JPEG, PNG, BMP, TIFF, GIF and WebP only: the format is detected from the first
/// bytes and its decoder named explicitly, so that no file can reach ImageMagick's scripting, vector or URL coders.
/// </summary>
public static class ImageDecoder
{
    private static readonly Lazy<bool> ResourcesLimited = new(LimitResources);

    /// <summary>Decodes the first frame: EXIF orientation applied, transparency composited onto white, colours in sRGB.</summary>
    /// <param name="encoded">The file's bytes.</param>
    /// <param name="limits">Byte and pixel limits; <see cref="ImageLimits.Default"/> when null.</param>
    /// <exception cref="ImageInputException">Empty, over a limit, in another format, or damaged.</exception>
    public static RgbImage Decode(ReadOnlySpan<byte> encoded, ImageLimits? limits = null)
    {
        limits ??= ImageLimits.Default;
        if (encoded.IsEmpty)
            throw new ImageInputException(ImageProblem.Empty,
                "the image is empty (0 bytes); send a JPG, PNG, BMP, TIFF, GIF or WebP file.");
        if (encoded.Length > limits.MaxBytes)
            throw new ImageInputException(ImageProblem.TooLarge,
                $"the image has {encoded.Length} bytes, the limit is {limits.MaxBytes}; scale it down or compress it more.");
        MagickFormat format = FormatOf(encoded)
            ?? throw new ImageInputException(ImageProblem.UnsupportedFormat,
            "the file is no image of an accepted format; send a JPG, PNG, BMP, TIFF, GIF or WebP file.");

        _ = ResourcesLimited.Value;
        MagickReadSettings settings = new() { Format = format, FrameIndex = 0, FrameCount = 1 };
        try
        {
            // The declared size is checked before any pixel is decoded: a few bytes can declare gigabytes.
            using (MagickImage header = new())
            {
                header.Ping(encoded, settings);
                CheckSize(Canvas(header), limits);
            }
            using MagickImage image = new(encoded, settings);
            CheckSize(Canvas(image), limits);
            return ToRgb(image);
        }
        catch (MagickException e)
        {
            throw new ImageInputException(ImageProblem.Undecodable,
                $"the {format} image cannot be decoded ({FirstLine(e.Message)}); save it again or convert it to PNG.", e);
        }
    }

    private static RgbImage ToRgb(MagickImage image)
    {
        image.AutoOrient();
        image.ColorSpace = ColorSpace.sRGB;
        (uint width, uint height) = Canvas(image);
        using MagickImage flat = new(MagickColors.White, width, height);
        // A GIF frame may cover only a part of its canvas.
        flat.Composite(image, image.Page.X, image.Page.Y, CompositeOperator.Over);
        using IPixelCollection<byte> pixels = flat.GetPixels();
        byte[] rgb = pixels.ToByteArray(PixelMapping.RGB) ?? throw new MagickImageErrorException("no pixels");
        return new RgbImage((int)width, (int)height, rgb);
    }

    private static (uint Width, uint Height) Canvas(MagickImage image) =>
        image.Format == MagickFormat.Gif && image.Page.Width > 0 && image.Page.Height > 0
            ? (image.Page.Width, image.Page.Height)
            : (image.Width, image.Height);

    private static void CheckSize((uint Width, uint Height) size, ImageLimits limits)
    {
        if ((long)size.Width * size.Height > limits.MaxPixels || Math.Max(size.Width, size.Height) > limits.MaxSide)
            throw new ImageInputException(ImageProblem.TooLarge,
                $"the image has {size.Width} x {size.Height} pixels, the limit is {limits.MaxPixels} in all and {limits.MaxSide} a side; "
                + $"scale it down.");
    }

    private static MagickFormat? FormatOf(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xD8, 0xFF, ..] => MagickFormat.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => MagickFormat.Png,
        [(byte)'G', (byte)'I', (byte)'F', (byte)'8', (byte)'7' or (byte)'9', (byte)'a', ..] => MagickFormat.Gif,
        [(byte)'B', (byte)'M', ..] => MagickFormat.Bmp,
        [(byte)'I', (byte)'I', (byte)'*' or (byte)'+', 0, ..] => MagickFormat.Tiff,
        [(byte)'M', (byte)'M', 0, (byte)'*' or (byte)'+', ..] => MagickFormat.Tiff,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => MagickFormat.WebP,
        _ => null,
    };

    private static string FirstLine(string message) => message.Split('\n', 2)[0].Trim();

    /// <summary>Process-wide limits behind the per-call ones: nothing is paged to disk, nothing takes forever.</summary>
    private static bool LimitResources()
    {
        ResourceLimits.Width = 65_536;
        ResourceLimits.Height = 65_536;
        ResourceLimits.Memory = 1UL << 30;
        ResourceLimits.MaxMemoryRequest = 1UL << 30;
        ResourceLimits.Disk = 0;
        ResourceLimits.ListLength = 64;
        ResourceLimits.Thread = 1;
        return true;
    }
}
