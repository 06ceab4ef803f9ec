namespace Pipeline.Models.Vision;

/// <summary>
/// Bicubic resize of bytes with antialiasing (a = -0.5, the kernel widened by the scale when shrinking), as Pillow and
/// torchvision do it on 8-bit images: fixed-point weights, with the horizontal pass rounded and clamped to bytes before
/// the vertical one. Without that rounding, hard edges differ by up to 27 levels.
/// </summary>
internal static class BicubicResizer
{
    private const int Channels = 3;
    private const double Support = 2.0;

    // 8 bits of value and 2 of overshoot must fit into 32 along with the fraction.
    private const int FractionBits = 32 - 8 - 2;

    /// <summary>Resizes to the given size; an image that already has it is returned as is.</summary>
    public static RgbImage Resize(RgbImage image, int width, int height)
    {
        byte[] pixels = image.Pixels;
        if (width != image.Width)
            pixels = ResizeRows(pixels, image.Width, image.Height, width);
        if (height != image.Height)
            pixels = ResizeColumns(pixels, width, image.Height, height);
        return ReferenceEquals(pixels, image.Pixels) ? image : new RgbImage(width, height, pixels);
    }

    private static byte[] ResizeRows(byte[] source, int sourceWidth, int rows, int width)
    {
        Taps[] taps = TapsFor(sourceWidth, width);
        byte[] target = new byte[(long)rows * width * Channels];
        Parallel.For(0, rows, row =>
        {
            ReadOnlySpan<byte> from = source.AsSpan(row * sourceWidth * Channels, sourceWidth * Channels);
            Span<byte> to = target.AsSpan(row * width * Channels, width * Channels);
            for (int x = 0; x < taps.Length; x++)
            {
                (int first, int[] weights) = taps[x];
                int red = 1 << (FractionBits - 1), green = red, blue = red;   // starting at one half rounds
                int at = first * Channels;
                foreach (int weight in weights)
                {
                    red += from[at] * weight;
                    green += from[at + 1] * weight;
                    blue += from[at + 2] * weight;
                    at += Channels;
                }
                to[x * Channels] = ToByte(red);
                to[x * Channels + 1] = ToByte(green);
                to[x * Channels + 2] = ToByte(blue);
            }
        });
        return target;
    }

    private static byte[] ResizeColumns(byte[] source, int width, int sourceRows, int rows)
    {
        Taps[] taps = TapsFor(sourceRows, rows);
        int stride = width * Channels;
        byte[] target = new byte[(long)rows * stride];
        Parallel.For(0, rows, () => new int[stride], (row, _, sums) =>
        {
            Array.Fill(sums, 1 << (FractionBits - 1));
            (int first, int[] weights) = taps[row];
            for (int tap = 0; tap < weights.Length; tap++)
            {
                int weight = weights[tap];
                ReadOnlySpan<byte> from = source.AsSpan((first + tap) * stride, stride);
                for (int i = 0; i < from.Length; i++)
                    sums[i] += from[i] * weight;
            }
            Span<byte> to = target.AsSpan(row * stride, stride);
            for (int i = 0; i < to.Length; i++)
                to[i] = ToByte(sums[i]);
            return sums;
        }, _ => { });
        return target;
    }

    private static byte ToByte(int fixedPoint) => (byte)Math.Clamp(fixedPoint >> FractionBits, 0, 255);

    /// <summary>For each output position, the first input position and the weights from there on; they sum to one.</summary>
    private static Taps[] TapsFor(int inputSize, int outputSize)
    {
        double scale = (double)inputSize / outputSize;
        double widening = Math.Max(scale, 1.0);
        double reach = Support * widening;
        Taps[] taps = new Taps[outputSize];
        for (int i = 0; i < outputSize; i++)
        {
            double center = (i + 0.5) * scale;
            int first = Math.Max((int)(center - reach + 0.5), 0);
            int end = Math.Min((int)(center + reach + 0.5), inputSize);
            double[] weights = new double[end - first];
            double sum = 0;
            for (int tap = 0; tap < weights.Length; tap++)
                sum += weights[tap] = Kernel((first + tap - center + 0.5) / widening);
            taps[i] = new Taps(first,
                Array.ConvertAll(weights, w => (int)Math.Round(w / sum * (1 << FractionBits), MidpointRounding.AwayFromZero)));
        }
        return taps;
    }

    private static double Kernel(double x)
    {
        const double a = -0.5;
        x = Math.Abs(x);
        return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1
            : x < 2 ? ((x - 5) * x + 8) * x * a - 4 * a
            : 0;
    }

    private readonly record struct Taps(int First, int[] Weights);
}
