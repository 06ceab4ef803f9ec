using System.Globalization;
using Pipeline.Models.Training;

namespace Pipeline.Web.Commands.Training;

/// <summary>The progress of a training in one line; a narrow terminal shows what matters most.</summary>
internal static class TrainingProgressLine
{
    private const int WidestBar = 24, NarrowestBar = 6;

    /// <summary>Everything, for a log.</summary>
    public static string Whole(TrainingProgress p) => string.Join("  ", Parts(p).Select(part => part.Text));

    /// <summary>As much as fits into the given columns: what matters least is left out first, and spare room becomes a bar.</summary>
    public static string Fit(TrainingProgress p, int width)
    {
        List<(int Rank, string Text)> parts = Parts(p);
        while (parts.Count > 1 && Length(parts) > width)
            parts.Remove(parts.MaxBy(part => part.Rank));
        string text = string.Join("  ", parts.Select(part => part.Text));
        int bar = Math.Min(WidestBar, width - text.Length - 3);
        if (bar < NarrowestBar)
            return text.Length > width ? text[..width] : text;
        int done = (int)((long)bar * p.Step / p.TotalSteps);
        return $"[{new string('#', done)}{new string('.', bar - done)}] {text}";
    }

    private static int Length(List<(int Rank, string Text)> parts) => parts.Sum(part => part.Text.Length) + 2 * (parts.Count - 1);

    // In the order of the line; the rank says what goes first when there is no room.
    private static List<(int Rank, string Text)> Parts(TrainingProgress p)
    {
        CultureInfo c = CultureInfo.InvariantCulture;
        return
        [
            (0, string.Create(c, $"{p.Step}/{p.TotalSteps}")),
            (4, string.Create(c, $"epoch {p.Epoch:F2}")),
            (1, string.Create(c, $"loss {p.Loss:F4}")),
            (5, string.Create(c, $"lr {p.LearningRate:0.##e+0}")),
            (6, string.Create(c, $"grad {p.GradientNorm:F2}")),
            (3, string.Create(c, $"{p.TokensPerSecond:F0} tokens/s")),
            (2, $"{Clock(p.Remaining)} left"),
        ];
    }

    private static string Clock(TimeSpan time) => time.TotalHours >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{(int)time.TotalHours}:{time.Minutes:00}:{time.Seconds:00}")
        : string.Create(CultureInfo.InvariantCulture, $"{time.Minutes}:{time.Seconds:00}");
}
