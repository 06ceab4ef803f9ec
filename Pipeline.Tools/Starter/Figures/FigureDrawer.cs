using Pipeline.Models.Vision;
using SkiaSharp;

namespace Pipeline.Tools.Starter.Figures;

/// <summary>Draws the figure of a number: same number and shape, same pixels and facts.</summary>
internal static class FigureDrawer
{
    private static readonly Func<FigureCanvas, SKRect, FigureFacts>[] Painters =
    [
        BarChartPainter.Paint, LineChartPainter.Paint, PieChartPainter.Paint, ScatterPainter.Paint,
        TablePainter.Paint, FlowDiagramPainter.Paint, TextPainter.Paint, PhotoPainter.Paint,
    ];

    /// <summary>The figure as pixels.</summary>
    /// <param name="seed">Number of the figure.</param>
    /// <param name="width">Points.</param>
    /// <param name="height">Points.</param>
    public static (RgbImage Image, FigureFacts Facts) Draw(int seed, int width, int height)
    {
        using FigureCanvas canvas = Create(seed, width, height, out FigureFacts facts);
        (int pixelWidth, int pixelHeight, byte[] rgb) = canvas.ToRgb();
        return (new RgbImage(pixelWidth, pixelHeight, rgb), facts);
    }

    /// <summary>The figure as a PNG file.</summary>
    /// <inheritdoc cref="Draw"/>
    public static (byte[] Png, FigureFacts Facts) DrawPng(int seed, int width, int height)
    {
        using FigureCanvas canvas = Create(seed, width, height, out FigureFacts facts);
        return (canvas.ToPng(), facts);
    }

    private static FigureCanvas Create(int seed, int width, int height, out FigureFacts facts)
    {
        Random random = new(Mix(seed));
        FigureCanvas canvas = new(width, height, 1 + 1.5f * random.NextSingle(), random);
        int kind = random.Next(Painters.Length);
        float margin = canvas.Between(6, 14);
        SKRect area = new(margin, margin, width - margin, height - margin);

        // Photos and text have no title.
        string? title = kind < (int)FigureKind.Text && random.Next(2) == 0 ? FigureWords.Take(random, 1)[0] : null;
        if (title is not null)
        {
            canvas.Text(title, area.MidX, area.Top + 8, 15);
            area.Top += 24;
        }
        facts = Painters[kind](canvas, area) with { Title = title };
        return canvas;
    }

    /// <summary>Neighbouring seeds of <see cref="Random"/> begin with nearly the same numbers; this spreads them out.</summary>
    private static int Mix(int seed)
    {
        uint x = (uint)seed;
        x = (x ^ (x >> 16)) * 0x7feb352d;
        x = (x ^ (x >> 15)) * 0x846ca68b;
        return (int)(x ^ (x >> 16));
    }
}
