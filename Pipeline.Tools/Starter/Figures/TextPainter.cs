using SkiaSharp;

namespace Pipeline.Tools.Starter.Figures;

/// <summary>A block of plain text, three to nine lines, the last one shorter.</summary>
internal static class TextPainter
{
    private const string Letters = "etaoinshrdlucmfwypvbgk";

    public static FigureFacts Paint(FigureCanvas canvas, SKRect area)
    {
        Random random = canvas.Random;
        int lines = random.Next(3, 10);
        float pitch = Math.Min(area.Height / lines, canvas.Between(15, 26)), size = pitch * canvas.Between(0.55f, 0.7f);
        float top = area.Top + (area.Height - lines * pitch) * random.NextSingle();
        for (int line = 0; line < lines; line++)
            canvas.Text(Line(canvas, size, area.Width * (line == lines - 1 ? 0.6f : 1)), area.Left, top
                + (line + 0.5f) * pitch, size, SKTextAlign.Left);
        return new FigureFacts(FigureKind.Text, "A block of plain text", $"with {FigureWords.Count(lines, "line")}", [], [],
            [("How many lines of text are there?", $"{lines}.")]);
    }

    private static string Line(FigureCanvas canvas, float size, float width)
    {
        string line = Word(canvas.Random);
        while (true)
        {
            string longer = $"{line} {Word(canvas.Random)}";
            if (canvas.Measure(longer, size) > width) return line;
            line = longer;
        }
    }

    private static string Word(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(2, 9))
        .Select(_ => Letters[Math.Min(random.Next(Letters.Length), random.Next(Letters.Length))]));
}
