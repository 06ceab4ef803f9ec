namespace Pipeline.Jobs.Extract.Text;

/// <summary>
/// Chinese and Japanese in columns from the right, each read from its top: the character below is nearer than the one beside.
/// </summary>
internal static class VerticalText
{
    private const int Fewest = 8;         // characters of a page
    private const double Step = 1.45;     // ems from one character of a column to the next, at most
    private const double Pitch = 2.4;     // ems from one column to the next, at most

    /// <summary>Takes vertical text out of the characters of a page.</summary>
    /// <param name="glyphs">All characters; those taken are removed.</param>
    /// <returns>Blocks of columns; each is the characters of one block in reading order.</returns>
    public static List<List<Glyph>> Take(List<Glyph> glyphs)
    {
        List<Glyph> letters = glyphs.FindAll(g => g.Upright && g.Text.Length > 0 && GlyphText.IsIdeograph(g.Text[0]));
        if (letters.Count < Fewest)
            return [];
        List<List<Glyph>> columns = ColumnsOf(letters);
        int stacked = columns.Where(c => c.Count > 1).Sum(c => c.Count);
        if (stacked < 0.8 * letters.Count || !StandsApart(columns))
            return [];
        HashSet<Glyph> taken = [.. letters];
        glyphs.RemoveAll(taken.Contains);
        return BlocksOf(columns);
    }

    /// <summary>Characters one below the other, from the top.</summary>
    private static List<List<Glyph>> ColumnsOf(List<Glyph> letters)
    {
        List<List<Glyph>> columns = new();
        foreach (Glyph glyph in letters.OrderByDescending(g => g.Baseline))
        {
            List<Glyph>? column = columns.Find(c => Math.Abs(CenterX(c[^1]) - CenterX(glyph)) < 0.3 * glyph.Size
                && c[^1].Baseline - glyph.Baseline > 0.5 * glyph.Size && c[^1].Baseline - glyph.Baseline < Step * glyph.Size);
            if (column is null)
                columns.Add([glyph]);
            else
                column.Add(glyph);
        }
        return columns;
    }

    /// <summary>Columns leave more room between them than their characters do: in lines it is the other way round.</summary>
    private static bool StandsApart(List<List<Glyph>> columns)
    {
        double[] steps = columns.SelectMany(c => c.Zip(c.Skip(1), (a, b) => (a.Baseline - b.Baseline) / a.Size)).Order().ToArray();
        List<double> pitches = new();
        foreach (List<Glyph> column in columns)
        {
            double next = columns.Where(c => CenterX(c[0]) > CenterX(column[0]) + 0.5 * column[0].Size && OverlapY(c, column))
                .Select(c => CenterX(c[0]) - CenterX(column[0])).DefaultIfEmpty(double.MaxValue).Min();
            if (next < double.MaxValue)
                pitches.Add(next / column[0].Size);
        }
        pitches.Sort();
        return steps.Length > 0 && (pitches.Count == 0 || pitches[pitches.Count / 2] > 1.15 * steps[steps.Length / 2]);
    }

    private static List<List<Glyph>> BlocksOf(List<List<Glyph>> columns)
    {
        List<List<Glyph>> blocks = new();
        List<Glyph>? last = null;
        foreach (List<Glyph> column in columns.OrderByDescending(c => CenterX(c[0])).ThenByDescending(c => c[0].Baseline))
        {
            bool goesOn = last is not null && CenterX(last[0]) - CenterX(column[0]) < Pitch * column[0].Size && OverlapY(last, column)
                && Math.Abs(last[0].Size - column[0].Size) < 0.1 * column[0].Size;
            if (goesOn)
                blocks[^1].AddRange(column);
            else
                blocks.Add([.. column]);
            last = column;
        }
        return blocks;
    }

    private static bool OverlapY(List<Glyph> a, List<Glyph> b) =>
        Math.Min(a[0].Box.Y1, b[0].Box.Y1) > Math.Max(a[^1].Box.Y0, b[^1].Box.Y0);

    private static double CenterX(Glyph glyph) => (glyph.X0 + glyph.X1) / 2;
}
