using SkiaSharp;

namespace Pipeline.Tools.Starter.Figures;

/// <summary>Two to six slices, one clearly the largest; sometimes a ring.</summary>
internal static class PieChartPainter
{
    public static FigureFacts Paint(FigureCanvas canvas, SKRect area)
    {
        Random random = canvas.Random;
        int count = random.Next(2, 7);
        (string Name, SKColor Color)[] colors = canvas.Colors();
        float[] shares = [.. Enumerable.Range(0, count).Select(_ => canvas.Between(0.6f, 1))];
        int largest = random.Next(count);
        shares[largest] += canvas.Between(0.6f, 1.5f);
        float total = shares.Sum();

        float radius = Math.Min(area.Width, area.Height) / 2 - 3, start = canvas.Between(0, 360);
        float centerX = area.MidX + canvas.Between(-0.4f, 0.4f) * (area.Width - 2 * radius), centerY = area.MidY;
        SKRect circle = new(centerX - radius, centerY - radius, centerX + radius, centerY + radius);
        for (int i = 0; i < count; i++)
        {
            float sweep = shares[i] / total * 360;
            using SKPaint fill = new() { Color = colors[i].Color, IsAntialias = true };
            canvas.Canvas.DrawArc(circle, start, sweep, true, fill);
            using SKPaint edge = new() { Color = canvas.Background, IsAntialias = true, IsStroke = true, StrokeWidth = 2 };
            canvas.Canvas.DrawArc(circle, start, sweep, true, edge);
            start += sweep;
        }
        if (random.Next(4) == 0) canvas.Disc(centerX, centerY, radius * 0.45f, canvas.Background);

        return new FigureFacts(FigureKind.PieChart, "A pie chart", $"with {FigureWords.Count(count, "slice")}",
            [$"The largest slice is {colors[largest].Name}."], [],
            [("How many slices are there?", $"{count}."), ("Which slice is the largest?", $"The {colors[largest].Name} one.")]);
    }
}
