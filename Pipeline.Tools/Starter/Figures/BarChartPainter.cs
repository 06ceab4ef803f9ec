using SkiaSharp;

namespace Pipeline.Tools.Starter.Figures;

/// <summary>Vertical or horizontal bars, one colour or several, with a label at each bar.</summary>
internal static class BarChartPainter
{
    public static FigureFacts Paint(FigureCanvas canvas, SKRect area)
    {
        Random random = canvas.Random;
        int count = random.Next(3, 9);
        string[] labels = FigureWords.Labels(random, count);
        float[] values = Values(canvas, count, out int highest);
        bool lying = random.Next(3) == 0;
        (string Name, SKColor Color)[] colors = canvas.Colors();
        bool colorful = random.Next(2) == 0;
        float thickness = canvas.Between(0.5f, 0.85f);

        SKRect plot = new(area.Left + (lying ? 34 : 6), area.Top + 4, area.Right - 4, area.Bottom - (lying ? 6 : 18));
        float slot = (lying ? plot.Height : plot.Width) / count;
        if (random.Next(2) == 0) DrawGrid(canvas, plot, lying);
        for (int i = 0; i < count; i++)
        {
            float middle = (i + 0.5f) * slot, half = slot * thickness / 2;
            SKRect bar = lying
                ? new SKRect(plot.Left, plot.Top + middle - half, plot.Left + values[i] * plot.Width, plot.Top + middle + half)
                : new SKRect(plot.Left + middle - half, plot.Bottom - values[i] * plot.Height, plot.Left + middle + half, plot.Bottom);
            canvas.Box(bar, colors[colorful ? i : 0].Color);
            if (lying) canvas.Text(labels[i], plot.Left - 3, bar.MidY, Math.Min(12, slot * 0.8f), SKTextAlign.Right);
            else canvas.Text(labels[i], bar.MidX, plot.Bottom + 10, Math.Min(12, slot * 0.42f + 3));
        }
        canvas.Line(plot.Left, plot.Bottom, lying ? plot.Left : plot.Right, lying ? plot.Top : plot.Bottom);

        string extreme = lying ? "longest" : "tallest";
        return new FigureFacts(FigureKind.BarChart, "A bar chart", $"with {FigureWords.Count(count, "bar")}",
            [], [$"The {extreme} bar is labelled {labels[highest]}."],
            [("How many bars are there?", $"{count}."), ($"Which bar is the {extreme}?", $"{labels[highest]}.")]);
    }

    /// <summary>Heights from 0 to 1 of which one is clearly the highest.</summary>
    private static float[] Values(FigureCanvas canvas, int count, out int highest)
    {
        float[] values = [.. Enumerable.Range(0, count).Select(_ => canvas.Between(0.15f, 0.82f))];
        highest = canvas.Random.Next(count);
        values[highest] = canvas.Between(0.92f, 1);
        return values;
    }

    private static void DrawGrid(FigureCanvas canvas, SKRect plot, bool lying)
    {
        for (int i = 1; i <= 4; i++)
        {
            SKColor pale = new(210, 210, 210);
            if (lying) canvas.Line(plot.Left + i * plot.Width / 4, plot.Top, plot.Left + i * plot.Width / 4, plot.Bottom, pale, 0.7f);
            else canvas.Line(plot.Left, plot.Bottom - i * plot.Height / 4, plot.Right, plot.Bottom - i * plot.Height / 4, pale, 0.7f);
        }
    }
}
