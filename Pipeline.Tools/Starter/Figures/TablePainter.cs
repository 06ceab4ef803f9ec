using System.Globalization;
using SkiaSharp;

namespace Pipeline.Tools.Starter.Figures;

/// <summary>A table with a heading row, ruled fully, by rows only, or not at all.</summary>
internal static class TablePainter
{
    public static FigureFacts Paint(FigureCanvas canvas, SKRect area)
    {
        Random random = canvas.Random;
        int rows = random.Next(2, 8), columns = random.Next(2, 6), rules = random.Next(3);
        string[] headings = FigureWords.Take(random, columns);
        float height = Math.Min(area.Height / rows, 30), width = area.Width / columns, bottom = area.Top + rows * height;
        float size = Math.Min(Math.Min(height * 0.55f, 13), width / 4.4f);
        if (random.Next(2) == 0) canvas.Box(new SKRect(area.Left, area.Top, area.Right, area.Top + height), new SKColor(205, 215, 230));

        for (int row = 0; row < rows; row++)
            for (int column = 0; column < columns; column++)
            {
                string text = row == 0 ? headings[column] : Cell(random, column);
                canvas.Text(text, area.Left + (column + 0.5f) * width, area.Top + (row + 0.5f) * height, size);
            }
        for (int row = 0; row <= rows; row++)
            if (rules < 2 || row == 0 || row == 1 || row == rows)
                canvas.Line(area.Left, area.Top + row * height, area.Right, area.Top + row * height);
        for (int column = 0; column <= columns && rules == 0; column++)
            canvas.Line(area.Left + column * width, area.Top, area.Left + column * width, bottom);

        return new FigureFacts(FigureKind.Table, "A table",
            $"with {FigureWords.Count(rows, "row")} and {FigureWords.Count(columns, "column")}",
            [], [$"The first column is headed {headings[0]}."],
            [("How many rows are there?", $"{rows}."), ("How many columns are there?", $"{columns}."),
            ("What is the heading of the first column?", $"{headings[0]}.")]);
    }

    private static string Cell(Random random, int column) => column == 0
        ? ((char)('a' + random.Next(26))).ToString() + random.Next(10)
        : (random.Next(1000) / (random.Next(2) == 0 ? 1.0 : 10.0)).ToString(CultureInfo.InvariantCulture);
}
