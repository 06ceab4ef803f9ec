namespace Pipeline.Models.Vision;

/// <summary>
/// Prepares pixels as Qwen2-VL expects them: sides rounded to multiples of 28 within the pixel limits, bicubic resize, rescale,
/// normalize, patches. Reference: transformers <c>Qwen2VLImageProcessor</c>.
/// </summary>
public sealed class ImagePreprocessor(PreprocessorConfig config)
{
    private const int MaxAspectRatio = 200;

    /// <summary>The configuration of the model folder.</summary>
    public PreprocessorConfig Config { get; } = config;

    /// <summary>Resizes, normalizes and cuts an image into patches.</summary>
    /// <exception cref="ImageInputException">One side is over 200 times the other.</exception>
    public ImagePatches Process(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        (int height, int width) = SmartResize(image.Height, image.Width, Config.Factor, Config.MinPixels, Config.MaxPixels);
        return Patchify(BicubicResizer.Resize(image, width, height));
    }

    /// <summary>Target size of an image: multiples of <paramref name="factor"/>, aspect ratio kept as closely as that allows.</summary>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Pixels per row.</param>
    /// <param name="factor">Patch size × merge size.</param>
    /// <param name="minPixels">Smallest result, in pixels.</param>
    /// <param name="maxPixels">Largest result, in pixels.</param>
    /// <exception cref="ImageInputException">One side is over 200 times the other.</exception>
    public static (int Height, int Width) SmartResize(int height, int width, int factor, int minPixels, int maxPixels)
    {
        if ((double)Math.Max(height, width) / Math.Min(height, width) > MaxAspectRatio)
            throw new ImageInputException(ImageProblem.UnusableShape,
                $"the image is {width} x {height} pixels; one side may be at most {MaxAspectRatio} times the other: crop it.");
        int roundedHeight = (int)Math.Round((double)height / factor, MidpointRounding.ToEven) * factor;
        int roundedWidth = (int)Math.Round((double)width / factor, MidpointRounding.ToEven) * factor;
        if ((long)roundedHeight * roundedWidth > maxPixels)
        {
            double shrink = Math.Sqrt((double)height * width / maxPixels);
            return (Math.Max(factor, (int)Math.Floor(height / shrink / factor) * factor),
                Math.Max(factor, (int)Math.Floor(width / shrink / factor) * factor));
        }
        if ((long)roundedHeight * roundedWidth < minPixels)
        {
            double grow = Math.Sqrt(minPixels / ((double)height * width));
            return ((int)Math.Ceiling(height * grow / factor) * factor, (int)Math.Ceiling(width * grow / factor) * factor);
        }
        return (roundedHeight, roundedWidth);
    }

    private ImagePatches Patchify(RgbImage image)
    {
        (int patch, int merge, int frames) = (Config.PatchSize, Config.MergeSize, Config.TemporalPatchSize);
        (int gridHeight, int gridWidth) = (image.Height / patch, image.Width / patch);
        float[][] levels = [.. Enumerable.Range(0, 3).Select(LevelsOf)];
        int area = patch * patch, length = 3 * frames * area;
        float[] values = new float[(long)gridHeight * gridWidth * length];

        int at = 0;
        for (int blockRow = 0; blockRow < gridHeight; blockRow += merge)
            for (int blockColumn = 0; blockColumn < gridWidth; blockColumn += merge)
                for (int row = blockRow; row < blockRow + merge; row++)
                    for (int column = blockColumn; column < blockColumn + merge; column++, at += length)
                        CopyPatch(row * patch, column * patch, values.AsSpan(at, length));
        return new ImagePatches(values, new PatchGrid(gridHeight, gridWidth));

        void CopyPatch(int top, int left, Span<float> target)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                Span<float> still = target.Slice(channel * frames * area, area);
                for (int y = 0; y < patch; y++)
                {
                    int source = ((top + y) * image.Width + left) * 3 + channel;
                    for (int x = 0; x < patch; x++, source += 3)
                        still[y * patch + x] = levels[channel][image.Pixels[source]];
                }
                for (int frame = 1; frame < frames; frame++)
                    still.CopyTo(target.Slice((channel * frames + frame) * area, area));
            }
        }
    }

    /// <summary>The normalized value of each byte of a channel.</summary>
    private float[] LevelsOf(int channel) =>
        [.. Enumerable.Range(0, 256)
        .Select(level => (float)((level * Config.RescaleFactor - Config.ImageMean[channel]) / Config.ImageStd[channel]))];
}
