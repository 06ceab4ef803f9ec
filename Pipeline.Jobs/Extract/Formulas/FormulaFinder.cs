using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Formulas;

/// <summary>
/// Finds displayed formulas: rows of mathematical type without prose, apart from the text around them. Formulas inside a sentence stay in it.
/// </summary>
internal sealed partial class FormulaFinder(FontTable fonts)
{
    private const int EnoughProse = 6;          // words in a line that columns are measured by
    private const int ShortestTex = 3;
    private const double SmallType = 0.85;      // of the size of the row: indices, powers and limits

    private readonly Dictionary<int, bool> _mathematical = [];

    /// <param name="segments">The page's text.</param>
    /// <param name="glyphs">The same as characters, with their places.</param>
    /// <param name="graphics">What else it draws: bars of fractions.</param>
    public List<FormulaItem> Find(IReadOnlyList<TextSegment> segments, IReadOnlyList<Glyph> glyphs, IReadOnlyList<PageGraphic> graphics)
    {
        Glyph[] letters = [.. glyphs.Where(g => g.Text != " " && IsMathFont(g.Font))];
        if (letters.Length == 0 && !segments.Any(s => s.Words.Any(w => w.Text.Any(TexSymbols.IsMathematical))))
            return [];
        Piece[] pieces = [.. segments.Select(s => new Piece(s, KindOf(s, letters.Count(g => s.Box.ContainsCenterOf(g.Box)))) { Box = PlaceOf(s) })];
        Piece[] prose = [.. pieces.Where(p => p.Kind == PieceKind.Prose)];
        double left = prose.Where(p => p.Segment.Words.Count >= EnoughProse).Select(p => p.Box.X0).DefaultIfEmpty(0).Min();
        foreach (Piece piece in pieces)
            piece.Inline = piece.Kind != PieceKind.Prose
                && (Array.Exists(prose, p => IsBeside(piece, p)) || (piece.Box.X1 < left && piece.Segment.Text.All(char.IsAsciiDigit)));
        double body = prose.GroupBy(p => p.Segment.Size).MaxBy(g => g.Sum(p => p.Segment.Words.Count))?.Key ?? 0;
        Box[] rules = [.. graphics.Where(IsBar).Select(g => g.Box)];
        List<FormulaItem> found = [];
        foreach (Piece seed in pieces)
        {
            if (seed.Inline || seed.Taken || seed.Segment.Size < SmallType * body || !(seed.Kind == PieceKind.Statement || (seed.Kind == PieceKind.Mathematical && IsNumbered(seed, pieces))))
                continue;
            List<Piece> group = Grow(seed, pieces);
            foreach (List<Piece> row in Rows(group, rules))
                if (ToItem(row, pieces, prose, glyphs, rules) is { } item) found.Add(item);
        }
        return found;
    }

    /// <summary>Tall brackets and large operators hang below their baseline.</summary>
    private Box PlaceOf(TextSegment segment) => segment.Words.All(w => MathFont.IsExtension(fonts[w.Font].Name))
        ? segment.Box with { Y0 = segment.Baseline - (1.4 * segment.Size), Y1 = segment.Baseline }
        : segment.Box;

    /// <summary>The bar of a fraction may be as short as a digit.</summary>
    private static bool IsBar(PageGraphic graphic) =>
        graphic.Kind is GraphicKind.Path or GraphicKind.Image && graphic.Segments <= 6 && graphic.Box.Height <= 1.8 && graphic.Box.Width >= 2.5
        && graphic.Box.Width > 2 * graphic.Box.Height;

    private enum PieceKind
    {
        Prose,
        Neutral,
        Mathematical,

        /// <summary>Mathematical, with a sign that makes it a statement or a sum.</summary>
        Statement,
        Number,
    }

    private sealed class Piece(TextSegment segment, PieceKind kind)
    {
        public TextSegment Segment { get; } = segment;

        public PieceKind Kind { get; } = kind;

        public required Box Box { get; init; }

        /// <summary>Stands in a line of prose.</summary>
        public bool Inline { get; set; }

        public bool Taken { get; set; }
    }

    private static bool IsNumbered(Piece piece, Piece[] pieces) => Array.Exists(pieces, p => p.Kind == PieceKind.Number && !p.Inline
        && p.Box.OverlapY(piece.Box) > 0.2 * p.Box.Height && p.Box.X0 > piece.Box.X1 + (1.5 * piece.Segment.Size));

    /// <param name="segment">A piece of text.</param>
    /// <param name="typeset">How many of its characters are in mathematical type.</param>
    private PieceKind KindOf(TextSegment segment, int typeset)
    {
        if (segment.Words.Any(w => w.Monospaced) || (typeset == 0 && Program().IsMatch(segment.Text)))
            return PieceKind.Prose;
        if (EquationNumber().IsMatch(segment.Text))
            return PieceKind.Number;
        int prose = 0, mathematical = typeset, signs = 0, single = 0;
        foreach (TextWord word in segment.Words)
        {
            bool math = IsMathFont(word.Font);
            int letters = word.Text.Count(char.IsLetter);
            string plain = word.Text.Trim('(', ')', '[', ']', ',', '.', ';', ':');
            if (letters >= 3 && !math && word.Size > 0.85 * segment.Size && !word.Text.Any(c => TexSymbols.IsMathematical(c))
                && !TexSymbols.Functions.Contains(plain) && !TexSymbols.Connectives.Contains(plain) && Letters().IsMatch(word.Text))
                prose += letters;
            mathematical += math ? 0 : word.Text.Count(TexSymbols.IsMathematical);
            single += letters == 1 ? 1 : 0;
            // Angle brackets and arrows stand in prose too.
            signs += word.Text.Count(c => c is '<' or '>' ? word.Text.Length == 1 : TexSymbols.IsArrow(c) ? typeset > 3
                : TexSymbols.Relations.Contains(c, StringComparison.Ordinal) || TexSymbols.LargeOperators.Contains(c, StringComparison.Ordinal));
        }
        int words = segment.Words.Count(w => Letters().IsMatch(w.Text) && !IsMathFont(w.Font) && !TexSymbols.Functions.Contains(w.Text));
        if (prose >= 8 || 2 * prose > mathematical || words > 3 || SentenceStart().IsMatch(segment.Text))
            return PieceKind.Prose;
        if (mathematical == 0)
            return PieceKind.Neutral;
        // Without mathematical type, a sign of equality alone may stand in any note or label.
        bool certain = typeset > 0 || mathematical >= 3 || (mathematical >= 2 && single >= 2);
        return signs > 0 && certain ? PieceKind.Statement : PieceKind.Mathematical;
    }

    private bool IsMathFont(int font)
    {
        if (!_mathematical.TryGetValue(font, out bool known))
            _mathematical[font] = known = MathFont.Is(fonts[font].Name);
        return known;
    }

    /// <summary>On one line with prose, no further from it than words are.</summary>
    private static bool IsBeside(Piece piece, Piece prose) =>
        Math.Max(piece.Box.X0 - prose.Box.X1, prose.Box.X0 - piece.Box.X1) < 2.2 * prose.Segment.Size
        && (Math.Abs(piece.Segment.Baseline - prose.Segment.Baseline) < 0.5 * prose.Segment.Size
            || (piece.Box != piece.Segment.Box && Math.Abs(piece.Box.CenterY - prose.Box.CenterY) < 0.5 * prose.Segment.Size));

    /// <summary>All pieces that touch or nearly touch.</summary>
    private static List<Piece> Grow(Piece seed, Piece[] pieces)
    {
        List<Piece> group = [seed];
        seed.Taken = true;
        for (int i = 0; i < group.Count; i++)
        {
            Piece from = group[i];
            foreach (Piece piece in pieces)
            {
                if (piece.Taken || piece.Inline || piece.Kind is PieceKind.Prose or PieceKind.Number)
                    continue;
                double size = Math.Max(from.Segment.Size, piece.Segment.Size);
                double across = Math.Max(piece.Box.X0 - from.Box.X1, from.Box.X0 - piece.Box.X1), down = -piece.Box.OverlapY(from.Box);
                if (across > (down < -0.3 * size ? 3 : 0.5) * size || down > 0.55 * size)
                    continue;
                piece.Taken = true;
                group.Add(piece);
            }
        }
        return group;
    }

    /// <summary>The lines of a group of formulas: cut where nothing stands, each with a statement of its own.</summary>
    private static IEnumerable<List<Piece>> Rows(List<Piece> group, Box[] rules)
    {
        Box all = BoxOf(group);
        List<(double Top, double Bottom)> taken = [.. group.Select(p => (p.Box.Y1 - (0.14 * p.Segment.Size), p.Box.Y0 + (0.09 * p.Segment.Size)))];
        taken.AddRange(rules.Where(all.ContainsCenterOf).Select(r => (r.CenterY + 4, r.CenterY - 4)));
        taken.Sort((a, b) => b.Top.CompareTo(a.Top));
        List<double> cuts = [];
        double lowest = taken[0].Bottom;
        foreach ((double top, double bottom) in taken)
        {
            if (top < lowest - 1)
                cuts.Add((top + lowest) / 2);
            lowest = Math.Min(lowest, bottom);
        }
        List<Piece>? held = null;
        double size = group.Max(p => p.Segment.Size);
        foreach (IGrouping<int, Piece> part in group.GroupBy(p => cuts.Count(c => p.Box.CenterY < c)).OrderBy(g => g.Key))
        {
            List<Piece> row = [.. part];
            bool small = row.TrueForAll(p => p.Segment.Size < SmallType * size) || held?.TrueForAll(p => p.Segment.Size < SmallType * size) == true;
            if (held is not null && !small && row.Exists(p => p.Kind == PieceKind.Statement) && held.Exists(p => p.Kind == PieceKind.Statement))
            {
                yield return held;
                held = row;
            }
            else
            {
                held = [.. held ?? [], .. row];
            }
        }
        if (held is not null)
            yield return held;
    }

    private FormulaItem? ToItem(List<Piece> row, Piece[] pieces, Piece[] prose, IReadOnlyList<Glyph> glyphs, Box[] rules)
    {
        Box shown = BoxOf(row);
        double size = row.Max(p => p.Segment.Size);
        Box[] bars = [.. rules.Where(r => shown.Inflate(2).ContainsCenterOf(r) && r.Width < shown.Width + size)];
        Piece? number = pieces.Where(p => p.Kind == PieceKind.Number && !p.Taken && p.Box.OverlapY(shown) > 0.5 * p.Box.Height
            && (p.Box.X0 > shown.X1 || p.Box.X1 < shown.X0)
            && !prose.Any(o => o.Box.OverlapY(p.Box) > 0.5 * p.Box.Height && o.Box.OverlapX(p.Box.Union(shown)) > 0))
            .MinBy(p => Math.Max(p.Box.X0 - shown.X1, shown.X0 - p.Box.X1));
        if (number is null && !IsDisplayed(row, shown, size, prose))
            return null;
        if (number is not null)
            number.Taken = true;
        HashSet<TextSegment> lettering = [.. row.Select(p => p.Segment)];
        foreach (Piece stray in pieces)
            if (!stray.Taken && stray.Kind is PieceKind.Neutral or PieceKind.Mathematical && shown.ContainsCenterOf(stray.Box)) lettering.Add(stray.Segment);
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
            number is null ? shown : shown.Union(number.Box), label?.Trim('(', ')', '[', ']', ' '), tex)
        {
            Shown = shown.Inflate(2),
            Lettering = lettering,
        };
    }

    private string? WriteTex(HashSet<TextSegment> lettering, Piece[] pieces, IReadOnlyList<Glyph> glyphs, Box[] bars, ref string? number)
    {
        Box[] places = [.. lettering.Select(s => s.Box)];     // of the letters: an operator's box by its baseline
        Box all = places.Aggregate((a, b) => a.Union(b)), near = all with { Y0 = all.Y0 - 6, Y1 = all.Y1 + 6 };
        // A number may stand so near that it became a word of the formula.
        TextSegment last = lettering.MaxBy(s => s.Box.X1)!;
        Box? labelled = null;
        if (number is null && last.Words.Count > 1 && last.Words[^1] is var word && EquationNumber().IsMatch(word.Text)
            && word.Box.X0 - last.Words[^2].Box.X1 > 0.6 * word.Size)
            (number, labelled) = (word.Text, word.Box);
        // Something that stands here and belongs to nothing may be a bracket in a font that calls it something else.
        Box[] others = [.. pieces.Where(p => !lettering.Contains(p.Segment) && p.Kind is PieceKind.Prose or PieceKind.Number)
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

    /// <summary>Apart from the prose above and below it, or further in.</summary>
    private static bool IsDisplayed(List<Piece> row, Box shown, double size, Piece[] prose)
    {
        double baseline = row.Where(p => p.Kind == PieceKind.Statement).Select(p => p.Segment.Baseline).DefaultIfEmpty(shown.Y0).First();
        TextSegment[] column = [.. prose.Select(p => p.Segment).Where(s => s.Words.Count >= EnoughProse && s.Box.OverlapX(shown) > 0)];
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

    private static Box BoxOf(List<Piece> pieces) => pieces.Select(p => p.Box).Aggregate((a, b) => a.Union(b));

    [GeneratedRegex(@"^[(\[]([A-Z]{1,2}[.-]?)?\d{1,3}([.\-–]\d{1,3}){0,3}[a-z]?['’′*]?[)\]]$", RegexOptions.CultureInvariant)]
    private static partial Regex EquationNumber();

    [GeneratedRegex(@"[\\#;""_]|==|!=|[<>:]=|&&|\|\||\+\+", RegexOptions.CultureInvariant)]
    private static partial Regex Program();

    [GeneratedRegex(@"^(Let|If|Then|For|Since|Hence|Thus|So|Here|By|As|In|On|At|We|It|Figure|Table|Sei|Soit|Sea)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex SentenceStart();

    [GeneratedRegex(@"\p{L}\p{Ll}{2}|\p{Lo}{2}", RegexOptions.CultureInvariant)]
    private static partial Regex Letters();
}
