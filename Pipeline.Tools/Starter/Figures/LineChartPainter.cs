using SkiaSharp;

namespace Pipeline.Tools.Starter.Figures;

/// <summary>One to four lines over axes, with or without markers.</summary>
internal static class LineChartPainter
{
    public static FigureFacts Paint(FigureCanvas canvas, SKRect area)
    {
        Random random = canvas.Random;
        int count = random.Next(1, 5), points = random.Next(5, 12);
        (string Name, SKColor Color)[] colors = canvas.Colors();
        bool rises = random.Next(2) == 0, markers = random.Next(3) == 0;
        SKRect plot = new(area.Left + 18, area.Top + 4, area.Right - 4, area.Bottom - 14);
        DrawAxes(canvas, plot);

        // Each line has its own band, so that they can be told apart.
        for (int line = 0; line < count; line++)
        {
            float low = (float)line / count, band = 1f / count, steepness = canvas.Between(0.3f, 0.8f) * band;
            float previousX = 0, previousY = 0;
            for (int i = 0; i < points; i++)
            {
                float part = (float)i / (points - 1);
                float level = low + band * 0.1f + steepness * (rises ? part : 1 - part) + canvas.Between(0, 0.12f) * band;
                float x = plot.Left + part * plot.Width, y = plot.Bottom - level * plot.Height;
                if (i > 0) canvas.Line(previousX, previousY, x, y, colors[line].Color, canvas.Stroke + 0.8f);
                if (markers) canvas.Disc(x, y, 2.6f, colors[line].Color);
                (previousX, previousY) = (x, y);
            }
        }

        string trend = rises ? "rising" : "falling", subject = count == 1 ? "The line is" : "The lines are";
        string top = colors[count - 1].Name;
        return new FigureFacts(FigureKind.LineChart, "A line chart", $"with {FigureWords.Count(count, "line")}",
            count == 1 ? [$"{subject} {top} and {trend}."] : [$"{subject} {trend}.", $"The highest line is {top}."], [],
            [("How many lines are there?", $"{count}."), ("What is the trend?", char.ToUpperInvariant(trend[0]) + trend[1..] + ".")]);
    }

    private static void DrawAxes(FigureCanvas canvas, SKRect plot)
    {
        canvas.Line(plot.Left, plot.Top, plot.Left, plot.Bottom);
        canvas.Line(plot.Left, plot.Bottom, plot.Right, plot.Bottom);
        for (int i = 0; i <= 4; i++)
        {
            float y = plot.Bottom - i * plot.Height / 4, x = plot.Left + i * plot.Width / 4;
            canvas.Text($"{i * 25}", plot.Left - 3, y, 7, SKTextAlign.Right);
            canvas.Text($"{i}", x, plot.Bottom + 7, 7);
        }
    }
}
