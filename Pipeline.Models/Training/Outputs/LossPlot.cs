using Pipeline.Models.Files;
using ScottPlot;

namespace Pipeline.Models.Training.Outputs;

/// <summary>Draws the curves of a training: a loss and its moving average, and the evaluation's beside it.</summary>
internal static class LossPlot
{
    private const string FontName = "DejaVu Sans";
    private static readonly Lock FontGate = new();
    private static bool _fontAdded;

    /// <param name="path">PNG file to write or replace.</param>
    /// <param name="title">Above the picture.</param>
    /// <param name="train">Logged loss; may be empty.</param>
    /// <param name="evaluated">Loss of the held-out examples; may be empty.</param>
    public static void Save(string path, string title, IReadOnlyList<(int Step, double Loss)> train,
        IReadOnlyList<(int Step, double Loss)> evaluated)
    {
        UseBundledFont();
        using Plot plot = new();
        plot.Font.Set(FontName);
        plot.Title(title);
        plot.XLabel("step");
        plot.YLabel("loss");
        if (train.Count > 0)
        {
            ScottPlot.Plottables.Scatter raw = plot.Add.Scatter(Xs(train), Ys(train), Color.FromHex("#9ecae1"));
            raw.LegendText = "loss";
            ScottPlot.Plottables.Scatter smooth = plot.Add.Scatter(Xs(train), Smooth(Ys(train)), Color.FromHex("#08519c"));
            (smooth.LegendText, smooth.LineWidth, smooth.MarkerSize) = ("smoothed", 2, 0);
        }
        if (evaluated.Count > 0)
        {
            ScottPlot.Plottables.Scatter line = plot.Add.Scatter(Xs(evaluated), Ys(evaluated), Color.FromHex("#e6550d"));
            line.LegendText = "evaluation";
        }
        plot.ShowLegend(Alignment.UpperRight);
        DurableFiles.Replace(path, temporary => plot.SavePng(temporary, 960, 540));
    }

    // SkiaSharp comes without fontconfig here: fonts are found by file only.
    private static void UseBundledFont()
    {
        lock (FontGate)
        {
            if (_fontAdded)
                return;
            Fonts.AddFontFile(FontName, Path.Combine(AppContext.BaseDirectory, "assets", "fonts", "DejaVuSans.ttf"));
            Fonts.AddFontFile(FontName, Path.Combine(AppContext.BaseDirectory, "assets", "fonts", "DejaVuSans-Bold.ttf"), bold: true);
            _fontAdded = true;
        }
    }

    private static double[] Xs(IReadOnlyList<(int Step, double Loss)> points) => [.. points.Select(p => (double)p.Step)];

    private static double[] Ys(IReadOnlyList<(int Step, double Loss)> points) => [.. points.Select(p => p.Loss)];

    private static double[] Smooth(double[] values)
    {
        const double Keep = 0.7;
        double[] result = new double[values.Length];
        for (int i = 0; i < values.Length; i++)
            result[i] = i == 0 ? values[0] : Keep * result[i - 1] + (1 - Keep) * values[i];
        return result;
    }
}
