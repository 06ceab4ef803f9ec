using SkiaSharp;

namespace Pipeline.Tools.Starter.Figures;

/// <summary>
/// A drawing surface in points, whatever the number of pixels, with the random style of one figure: fonts, colours, line
/// widths. Everything comes from one generator, so a seed always draws the same figure.
/// </summary>
internal sealed class FigureCanvas : IDisposable
{
    private static readonly string[] FontFiles =
        ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSerif.ttf", "DejaVuSerif-Bold.ttf",
        "DejaVuSerif-Italic.ttf", "DejaVuSansMono.ttf"];

    private static readonly Lazy<SKTypeface[]> Typefaces = new(() =>
        [.. FontFiles.Select(file => SKTypeface.FromFile(Path.Combine(AppContext.BaseDirectory, "assets", "fonts", file))
            ?? throw new FileNotFoundException($"assets/fonts/{file} is not beside the program"))]);

    private static readonly (string Name, SKColor Color)[] Palette =
    [
        ("blue", new SKColor(31, 119, 180)), ("orange", new SKColor(255, 127, 14)), ("green", new SKColor(44, 160, 44)),
        ("red", new SKColor(214, 39, 40)), ("purple", new SKColor(148, 103, 189)), ("brown", new SKColor(140, 86, 75)),
        ("gray", new SKColor(127, 127, 127)), ("teal", new SKColor(23, 170, 180)),
    ];

    private readonly SKBitmap _bitmap;
    private readonly SKTypeface _typeface;

    /// <param name="width">Points.</param>
    /// <param name="height">Points.</param>
    /// <param name="scale">Pixels per point.</param>
    /// <param name="random">Source of the style.</param>
    public FigureCanvas(int width, int height, float scale, Random random)
    {
        (Width, Height, Random) = (width, height, random);
        _bitmap = new SKBitmap((int)(width * scale), (int)(height * scale), SKColorType.Rgb888x, SKAlphaType.Opaque);
        Canvas = new SKCanvas(_bitmap);
        Canvas.Scale(scale);
        _typeface = Typefaces.Value[random.Next(FontFiles.Length)];
        Background = random.Next(4) == 0
            ? new SKColor((byte)random.Next(235, 256), (byte)random.Next(235, 256), (byte)random.Next(235, 256)) : SKColors.White;
        Ink = random.Next(3) == 0 ? new SKColor((byte)random.Next(90), (byte)random.Next(90), (byte)random.Next(90)) : SKColors.Black;
        Stroke = 0.8f + random.NextSingle() * 1.4f;
        Canvas.Clear(Background);
    }

    public int Width { get; }

    public int Height { get; }

    public Random Random { get; }

    public SKCanvas Canvas { get; }

    public SKColor Background { get; }

    public SKColor Ink { get; }

    /// <summary>Width of ordinary lines in points.</summary>
    public float Stroke { get; }

    /// <summary>Different colours with their names, in random order.</summary>
    public (string Name, SKColor Color)[] Colors()
    {
        (string Name, SKColor Color)[] colors = [.. Palette];
        Random.Shuffle(colors);
        return colors;
    }

    public float Between(float low, float high) => low + Random.NextSingle() * (high - low);

    public void Line(float x1, float y1, float x2, float y2, SKColor? color = null, float? width = null)
    {
        using SKPaint paint = new() { Color = color ?? Ink, StrokeWidth = width ?? Stroke, IsStroke = true, IsAntialias = true };
        Canvas.DrawLine(x1, y1, x2, y2, paint);
    }

    public void Box(SKRect box, SKColor? fill = null, SKColor? stroke = null, float corner = 0)
    {
        using SKPaint paint = new() { IsAntialias = true, StrokeWidth = Stroke };
        if (fill is SKColor inside)
        {
            paint.Color = inside;
            Canvas.DrawRoundRect(box, corner, corner, paint);
        }
        if (stroke is not SKColor outside) return;
        paint.IsStroke = true;
        paint.Color = outside;
        Canvas.DrawRoundRect(box, corner, corner, paint);
    }

    public void Disc(float x, float y, float radius, SKColor color)
    {
        using SKPaint paint = new() { Color = color, IsAntialias = true };
        Canvas.DrawCircle(x, y, radius, paint);
    }

    /// <summary>Draws one line of text whose middle line is at <paramref name="y"/>.</summary>
    public void Text(string text, float x, float y, float size, SKTextAlign align = SKTextAlign.Center, SKColor? color = null)
    {
        using SKPaint paint = new() { Color = color ?? Ink, IsAntialias = true };
        using SKFont font = new(_typeface, size);
        Canvas.DrawText(text, x, y + size * 0.35f, align, font, paint);
    }

    /// <summary>Width of a text in points.</summary>
    public float Measure(string text, float size)
    {
        using SKFont font = new(_typeface, size);
        return font.MeasureText(text);
    }

    /// <summary>The pixels, red, green, blue of each, row by row.</summary>
    public (int Width, int Height, byte[] Rgb) ToRgb()
    {
        Canvas.Flush();
        ReadOnlySpan<byte> pixels = _bitmap.GetPixelSpan();
        byte[] rgb = new byte[_bitmap.Width * _bitmap.Height * 3];
        for (int y = 0, at = 0; y < _bitmap.Height; y++)
            for (int x = 0; x < _bitmap.Width; x++)
                for (int channel = 0; channel < 3; channel++)
                    rgb[at++] = pixels[y * _bitmap.RowBytes + x * 4 + channel];
        return (_bitmap.Width, _bitmap.Height, rgb);
    }

    /// <summary>The picture as a PNG file.</summary>
    public byte[] ToPng()
    {
        Canvas.Flush();
        using SKData data = _bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    public void Dispose()
    {
        Canvas.Dispose();
        _bitmap.Dispose();
    }
}
