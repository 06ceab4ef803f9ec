using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Formulas;

/// <summary>
/// Finds formulas that were put into the page as pictures: low ones on a row of their own that a number stands beside, or that the line
/// above leads to with a colon. They would pass for icons otherwise.
/// </summary>
internal static class PictureFormulas
{
    private const double LeastWidth = 20, LeastHeight = 9;      // points
    private const double MostLines = 6;                         // of the size of the text: a formula's height

    /// <param name="segments">The page's text.</param>
    /// <param name="graphics">What else it draws.</param>
    public static IEnumerable<FormulaItem> Find(IReadOnlyList<TextSegment> segments, IReadOnlyList<PageGraphic> graphics)
    {
        foreach (Box box in Candidates(graphics))
        {
            if (box.Width < LeastWidth || box.Height < LeastHeight || box.Width < 1.2 * box.Height)
                continue;
            TextSegment? above = segments.Where(s => s.Baseline > box.Y1 - 2 && s.Box.OverlapX(box.Inflate(60)) > 0).MinBy(s => s.Baseline);
            if (above is null || box.Height > MostLines * above.Size || segments.Any(s => box.ContainsCenterOf(s.Box)))
                continue;
            TextSegment[] beside = [.. segments.Where(s => s.Box.OverlapY(box) > 0.4 * Math.Min(s.Box.Height, box.Height))];
            TextSegment? number = beside.Length == 1 && beside[0].Box.X0 > box.X1 && FormulaPieces.IsEquationNumber(beside[0].Text)
                ? beside[0] : null;
            bool led = beside.Length == 0 && above.Text[^1] is ':' or ',' && above.Baseline - box.Y1 < 3 * above.Size;
            if (number is null && !led)
                continue;
            yield return new FormulaItem(number is null ? box : box.Union(number.Box), FormulaFinder.NumberOf(number?.Text), null)
            {
                Shown = box,
                Lettering = number is null ? [] : [number],
                IsPicture = true,
            };
        }
    }

    /// <summary>Pictures, and rows of small shapes: letters drawn as outlines.</summary>
    private static List<Box> Candidates(IReadOnlyList<PageGraphic> graphics)
    {
        const int FewestShapes = 3;
        const double Largest = 60, Apart = 40;      // points: of a shape; between the shapes of one row
        List<Box> found = [.. graphics.Where(g => g.Kind == GraphicKind.Image).Select(g => g.Box)];
        if (graphics.Count - found.Count < FewestShapes)
            return found;
        Box[] shapes = [.. graphics
            .Where(g => g is { Kind: GraphicKind.Path, White: false, Filled: true } && g.Box.Width < Largest && g.Box.Height < Largest)
            .Select(g => g.Box).OrderByDescending(b => b.Y1)];
        for (int i = 0; i < shapes.Length;)
        {
            Box row = shapes[i];
            int start = i;
            for (i++; i < shapes.Length && shapes[i].Y1 > row.Y0 - 1 && row.Union(shapes[i]).Height < Largest; i++)
                row = row.Union(shapes[i]);
            Box[] inside = [.. shapes[start..i].OrderBy(b => b.X0)];
            bool loose = inside.Zip(inside.Skip(1), (a, b) => b.X0 - a.X1).Any(gap => gap > Apart);
            if (inside.Length >= FewestShapes && !loose) found.Add(row);
        }
        return found;
    }
}
