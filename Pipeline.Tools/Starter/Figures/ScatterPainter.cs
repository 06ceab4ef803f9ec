using SkiaSharp;

namespace Pipeline.Tools.Starter.Figures;

/// <summary>One to three groups of points, each in its own colour and place.</summary>
internal static class ScatterPainter
{
    public static FigureFacts Paint(FigureCanvas canvas, SKRect area)
    {
        Random random = canvas.Random;
        int groups = random.Next(1, 4);
        (string Name, SKColor Color)[] colors = canvas.Colors();
        SKRect plot = new(area.Left + 10, area.Top + 4, area.Right - 4, area.Bottom - 10);
        if (random.Next(3) == 0) canvas.Box(plot, null, canvas.Ink);
        canvas.Line(plot.Left, plot.Top, plot.Left, plot.Bottom);
        canvas.Line(plot.Left, plot.Bottom, plot.Right, plot.Bottom);

        float size = canvas.Between(1.8f, 3.2f), spread = canvas.Between(0.06f, 0.11f);
        for (int group = 0; group < groups; group++)
        {
            float centerX = (group + canvas.Between(0.4f, 0.6f)) / groups, centerY = canvas.Between(0.25f, 0.75f);
            int points = random.Next(12, 30);
            for (int i = 0; i < points; i++)
            {
                float x = Math.Clamp(centerX + Bell(random) * spread, 0.02f, 0.98f),
                    y = Math.Clamp(centerY + Bell(random) * spread * 1.4f, 0.02f, 0.98f);
                canvas.Disc(plot.Left + x * plot.Width, plot.Bottom - y * plot.Height, size, colors[group].Color);
            }
        }
        string[] names = [.. colors.Take(groups).Select(color => color.Name)];
        string colorText = groups == 1 ? $"The points are {names[0]}." : $"From left to right the groups are {string.Join(", ", names)}.";
        return new FigureFacts(FigureKind.ScatterPlot, "A scatter plot", $"with {FigureWords.Count(groups, "group")} of points",
            [colorText], [], [("How many groups of points are there?", $"{groups}.")]);
    }

    private static float Bell(Random random) => random.NextSingle() + random.NextSingle() + random.NextSingle() + random.NextSingle() - 2;
}
