using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Formulas;

/// <summary>Tells the mathematical pieces of a page's text from its prose.</summary>
internal sealed partial class FormulaPieces(FontTable fonts)
{
    private const int EnoughProse = 6;          // words in a line that columns are measured by

    /// <summary>Type below this share of its row's size is an index, a power or a limit.</summary>
    public const double SmallType = 0.85;

    private readonly Dictionary<int, bool> _mathematical = [];

    /// <param name="segments">The page's text.</param>
    /// <param name="glyphs">The same as characters, with their places.</param>
    /// <returns>None where nothing is mathematical.</returns>
    public FormulaPiece[] Of(IReadOnlyList<TextSegment> segments, IReadOnlyList<Glyph> glyphs)
    {
        if (!HasAny(segments, glyphs))
            return [];
        GlyphsByHeight places = new(glyphs.Where(g => g.Text != " "));
        FormulaPiece[] pieces = [.. segments.Select(s => new FormulaPiece(s, KindOf(s, places)) { Box = PlaceOf(s) })];
        FormulaPiece[] prose = Array.FindAll(pieces, p => p.Kind == FormulaPieceKind.Prose);
        double left = prose.Where(IsLong).Select(p => p.Box.X0).DefaultIfEmpty(0).Min();
        foreach (FormulaPiece piece in pieces)
            piece.Inline = piece.Kind != FormulaPieceKind.Prose
                && (Array.Exists(prose, p => IsBeside(piece, p)) || (piece.Box.X1 < left && piece.Segment.Text.All(char.IsAsciiDigit)));
        return pieces;
    }

    private bool HasAny(IReadOnlyList<TextSegment> segments, IReadOnlyList<Glyph> glyphs)
    {
        int last = -1;      // neighbours are mostly in one font
        foreach (Glyph glyph in glyphs)
            if (glyph.Font != last && glyph.Text != " " && IsMathFont(last = glyph.Font)) return true;
        foreach (TextSegment segment in segments)
            foreach (TextWord word in segment.Words)
                foreach (char c in word.Text)
                    if (TexSymbols.IsMathematical(c)) return true;
        return false;
    }

    /// <summary>A line of prose that is long enough to show where its column is.</summary>
    public static bool IsLong(FormulaPiece prose) => prose.Segment.Words.Count >= EnoughProse;

    public static bool IsEquationNumber(string text) => EquationNumber().IsMatch(text);

    /// <summary>Tall brackets and large operators hang below their baseline.</summary>
    private Box PlaceOf(TextSegment segment) => segment.Words.All(w => MathFont.IsExtension(fonts[w.Font].Name))
        ? segment.Box with { Y0 = segment.Baseline - (1.4 * segment.Size), Y1 = segment.Baseline }
        : segment.Box;

    private FormulaPieceKind KindOf(TextSegment segment, GlyphsByHeight places)
    {
        int typeset = 0;
        List<Glyph> small = [];
        foreach (Glyph glyph in places.In(segment.Box))
        {
            typeset += IsMathFont(glyph.Font) ? 1 : 0;
            if (glyph.Size < SmallType * segment.Size) small.Add(glyph);
        }
        if (segment.Words.Any(w => w.Monospaced) || (typeset == 0 && Program().IsMatch(segment.Text)))
            return FormulaPieceKind.Prose;
        if (EquationNumber().IsMatch(segment.Text))
            return FormulaPieceKind.Number;
        int prose = 0, mathematical = typeset, signs = 0, single = 0;
        foreach (TextWord word in segment.Words)
        {
            bool math = IsMathFont(word.Font);
            int letters = word.Text.Count(char.IsLetter);
            string plain = word.Text.Trim('(', ')', '[', ']', ',', '.', ';', ':');
            if (letters >= 3 && !math && word.Size > SmallType * segment.Size && !small.Exists(g => word.Box.ContainsCenterOf(g.Box))
                && !word.Text.Any(TexSymbols.IsMathematical) && !TexSymbols.Functions.Contains(plain)
                && !TexSymbols.Connectives.Contains(plain) && Letters().IsMatch(word.Text))
                prose += letters;
            mathematical += math ? 0 : word.Text.Count(TexSymbols.IsMathematical);
            single += letters == 1 ? 1 : 0;
            // Angle brackets and arrows stand in prose too.
            signs += word.Text.Count(c => c is '<' or '>' ? word.Text.Length == 1
                : TexSymbols.IsArrow(c) ? typeset > 3 : TexSymbols.IsSign(c));
        }
        int words = segment.Words.Count(w => Letters().IsMatch(w.Text) && !IsMathFont(w.Font) && !TexSymbols.Functions.Contains(w.Text));
        if (prose >= 8 || 2 * prose > mathematical || words > 3 || SentenceStart().IsMatch(segment.Text))
            return FormulaPieceKind.Prose;
        if (mathematical == 0)
            return FormulaPieceKind.Neutral;
        bool certain = typeset > 0 || mathematical >= 3 || (mathematical >= 2 && single >= 2);
        return signs == 0 ? FormulaPieceKind.Mathematical : certain ? FormulaPieceKind.Statement : FormulaPieceKind.Doubtful;
    }

    private bool IsMathFont(int font)
    {
        if (!_mathematical.TryGetValue(font, out bool known))
            _mathematical[font] = known = MathFont.Is(fonts[font].Name);
        return known;
    }

    /// <summary>On one line with prose, no further from it than words are.</summary>
    private static bool IsBeside(FormulaPiece piece, FormulaPiece prose) =>
        Math.Max(piece.Box.X0 - prose.Box.X1, prose.Box.X0 - piece.Box.X1) < 2.2 * prose.Size
        && (Math.Abs(piece.Segment.Baseline - prose.Segment.Baseline) < 0.5 * prose.Size
            || (piece.Box != piece.Segment.Box && Math.Abs(piece.Box.CenterY - prose.Box.CenterY) < 0.5 * prose.Size));

    /// <summary>Characters of a page, found by their place: lines are short beside pages.</summary>
    private sealed class GlyphsByHeight
    {
        private readonly Glyph[] _glyphs;
        private readonly double[] _heights;

        public GlyphsByHeight(IEnumerable<Glyph> glyphs)
        {
            _glyphs = [.. glyphs.OrderBy(g => g.Box.CenterY)];
            _heights = Array.ConvertAll(_glyphs, g => g.Box.CenterY);
        }

        /// <summary>Those whose centers are in a box, from the lowest up.</summary>
        public IEnumerable<Glyph> In(Box box)
        {
            int first = Array.BinarySearch(_heights, box.Y0);
            if (first < 0)
                first = ~first;
            while (first > 0 && _heights[first - 1] >= box.Y0)
                first--;
            for (int i = first; i < _glyphs.Length && _heights[i] <= box.Y1; i++)
                if (box.ContainsCenterOf(_glyphs[i].Box)) yield return _glyphs[i];
        }
    }

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
