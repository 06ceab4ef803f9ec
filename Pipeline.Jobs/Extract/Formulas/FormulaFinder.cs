using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Formulas;

/// <summary>
/// Finds displayed formulas: rows of mathematical type without prose, apart from the text around them. Formulas inside a sentence
/// stay in it.
/// </summary>
internal sealed class FormulaFinder(FontTable fonts)
{
    private const int ShortestTex = 3;

    private readonly FormulaPieces _pieces = new(fonts);

    /// <param name="segments">The page's text.</param>
    /// <param name="glyphs">The same as characters, with their places.</param>
    /// <param name="graphics">What else it draws: bars of fractions.</param>
    public List<FormulaItem> Find(IReadOnlyList<TextSegment> segments, IReadOnlyList<Glyph> glyphs, IReadOnlyList<PageGraphic> graphics)
    {
        List<FormulaItem> found = [.. PictureFormulas.Find(segments, graphics)];
        FormulaPiece[] pieces = _pieces.Of(segments, glyphs), prose = Array.FindAll(pieces, p => p.Kind == FormulaPieceKind.Prose);
        double body = prose.GroupBy(p => p.Size).MaxBy(g => g.Sum(p => p.Segment.Words.Count))?.Key ?? 0;
        Box[] rules = pieces.Length > 0 ? [.. graphics.Where(IsBar).Select(g => g.Box)] : [];
        foreach (FormulaPiece seed in pieces)
        {
            if (seed.Inline || seed.Taken || seed.Size < FormulaPieces.SmallType * body
                || !(seed.IsStatement || (seed.Kind == FormulaPieceKind.Mathematical && IsNumbered(seed, pieces))))
                continue;
            foreach (List<FormulaPiece> row in FormulaRows.Of(seed, pieces, rules))
                if (ToItem(row, pieces, prose, glyphs, rules) is { } item) found.Add(item);
        }
        return found;
    }

    /// <summary>The number without its brackets.</summary>
    public static string? NumberOf(string? label) => label?.Trim('(', ')', '[', ']', ' ');

    /// <summary>The bar of a fraction may be as short as a digit.</summary>
    private static bool IsBar(PageGraphic graphic) =>
        graphic.Kind is GraphicKind.Path or GraphicKind.Image && graphic.Segments <= 6 && graphic.Box.Height <= 1.8
        && graphic.Box.Width >= 2.5 && graphic.Box.Width > 2 * graphic.Box.Height;

    private static bool IsNumbered(FormulaPiece piece, FormulaPiece[] pieces) => Array.Exists(pieces, p =>
        p.Kind == FormulaPieceKind.Number && !p.Inline && p.Box.OverlapY(piece.Box) > 0.2 * p.Box.Height
        && p.Box.X0 > piece.Box.X1 + (1.5 * piece.Size));

    private FormulaItem? ToItem(
        List<FormulaPiece> row, FormulaPiece[] pieces, FormulaPiece[] prose, IReadOnlyList<Glyph> glyphs, Box[] rules)
    {
        Box shown = FormulaPiece.BoxOf(row);
        double size = row.Max(p => p.Size);
        Box[] bars = [.. rules.Where(r => shown.Inflate(2).ContainsCenterOf(r) && r.Width < shown.Width + size)];
        FormulaPiece? number = pieces.Where(p => p.Kind == FormulaPieceKind.Number && !p.Taken && p.Box.OverlapY(shown) > 0.5 * p.Box.Height
            && (p.Box.X0 > shown.X1 || p.Box.X1 < shown.X0)
            && !prose.Any(o => o.Box.OverlapY(p.Box) > 0.5 * p.Box.Height && o.Box.OverlapX(p.Box.Union(shown)) > 0))
            .MinBy(p => Math.Max(p.Box.X0 - shown.X1, shown.X0 - p.Box.X1));
        if (number is null && (!IsDisplayed(row, shown, size, prose)
            || !(row.Exists(p => p.Kind == FormulaPieceKind.Statement) || Array.Exists(bars, b => IsFraction(b, row)))))
            return null;
        if (number is not null)
            number.Taken = true;
        HashSet<TextSegment> lettering = [.. row.Select(p => p.Segment)];
        foreach (FormulaPiece stray in pieces)
            if (!stray.Taken && stray.Kind is FormulaPieceKind.Neutral or FormulaPieceKind.Mathematical
                && shown.ContainsCenterOf(stray.Box)) lettering.Add(stray.Segment);
        if (lettering.Sum(s => s.Text.Count(char.IsLetterOrDigit)) < 2)
            return null;
        string? label = number?.Segment.Text;
        string? tex = WriteTex(lettering, pieces, glyphs, bars, ref label);
        if (tex is not null && tex.Length < ShortestTex)
            return null;
        if (number is not null)
            lettering.Add(number.Segment);
        foreach (Box bar in bars)
            shown = shown.Union(bar);
        return new FormulaItem(
            number is null ? shown : shown.Union(number.Box), NumberOf(label), tex)
        {
            Shown = shown.Inflate(2),
            Lettering = lettering,
        };
    }

    private string? WriteTex(
        HashSet<TextSegment> lettering, FormulaPiece[] pieces, IReadOnlyList<Glyph> glyphs, Box[] bars, ref string? number)
    {
        Box[] places = [.. lettering.Select(s => s.Box)];     // of the letters: an operator's box by its baseline
        Box all = places.Aggregate((a, b) => a.Union(b)), near = all with { Y0 = all.Y0 - 6, Y1 = all.Y1 + 6 };
        // A number may stand so near that it became a word of the formula.
        TextSegment last = lettering.MaxBy(s => s.Box.X1)!;
        Box? labelled = null;
        if (number is null && last.Words.Count > 1 && last.Words[^1] is var word && FormulaPieces.IsEquationNumber(word.Text)
            && word.Box.X0 - last.Words[^2].Box.X1 > 0.6 * word.Size)
            (number, labelled) = (word.Text, word.Box);
        // Something that stands here and belongs to nothing may be a bracket in a font that calls it something else.
        Box[] others = [.. pieces.Where(p => !lettering.Contains(p.Segment) && p.Kind is FormulaPieceKind.Prose or FormulaPieceKind.Number)
            .Select(p => p.Segment.Box)];
        List<Glyph> own = [];
        foreach (Glyph glyph in glyphs)
        {
            if (glyph.Text == " " || labelled?.ContainsCenterOf(glyph.Box) == true)
                continue;
            if (glyph.Upright && Array.Exists(places, b => b.ContainsCenterOf(glyph.Box)))
                own.Add(glyph);
            else if (near.ContainsCenterOf(glyph.Box) && !Array.Exists(others, b => b.ContainsCenterOf(glyph.Box)))
                return null;
        }
        return TexWriter.Write(own, bars, fonts);
    }

    /// <summary>Something short stands over a bar, and something under it.</summary>
    private static bool IsFraction(Box bar, List<FormulaPiece> row) =>
        row.Exists(p => p.Box.OverlapX(bar) > 0 && p.Box.CenterY > bar.CenterY)
        && row.Exists(p => p.Box.OverlapX(bar) > 0 && p.Box.CenterY < bar.CenterY);

    /// <summary>Apart from the prose above and below it, or further in.</summary>
    private static bool IsDisplayed(List<FormulaPiece> row, Box shown, double size, FormulaPiece[] prose)
    {
        double baseline = row.Where(p => p.IsStatement).Select(p => p.Segment.Baseline).DefaultIfEmpty(shown.Y0).First();
        TextSegment[] column = [.. prose.Where(p => FormulaPieces.IsLong(p) && p.Box.OverlapX(shown) > 0).Select(p => p.Segment)];
        TextSegment? above = column.Where(s => s.Baseline > baseline).MinBy(s => s.Baseline);
        TextSegment? below = column.Where(s => s.Baseline < baseline).MaxBy(s => s.Baseline);
        if (above is null && below is null)
            return false;
        double left = Math.Min(above?.Box.X0 ?? double.MaxValue, below?.Box.X0 ?? double.MaxValue);
        if (shown.X0 > left + 1.8 * size)
            return true;
        bool Apart(TextSegment? s) => s is null || Math.Abs(s.Baseline - baseline) > 1.75 * Math.Max(s.Size, size);
        return Apart(above) && Apart(below);
    }
}
