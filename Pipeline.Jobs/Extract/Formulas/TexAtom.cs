using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Formulas;

/// <summary>What an atom of a formula does.</summary>
internal enum TexRole
{
    Ordinary,
    Word,
    LargeOperator,
    Open,
    Close,
    Accent,
    Root,
    Fraction,
}

/// <summary>A character of a formula, or a part of it that is understood already.</summary>
/// <param name="Tex">As TeX.</param>
/// <param name="Role">What it does.</param>
/// <param name="X0">Left edge, in points of the page.</param>
/// <param name="X1">Right edge.</param>
/// <param name="Baseline">Height of its baseline; of a <see cref="Tall"/> one: of its middle.</param>
/// <param name="Size">Size of its type, in points.</param>
internal sealed record TexAtom(string Tex, TexRole Role, double X0, double X1, double Baseline, double Size)
{
    /// <summary>As high as what stands beside it: its height says nothing about its baseline.</summary>
    public bool Tall { get; init; }

    public double CenterX => (X0 + X1) / 2;

    /// <summary>The middle of a small letter.</summary>
    public double CenterY => Tall ? Baseline : Baseline + Axis * Size;

    /// <summary>Bars of fractions are drawn this high above the baseline, in ems.</summary>
    public const double Axis = 0.25;

    /// <summary>The atom of a character; null where it is not known what it is.</summary>
    public static TexAtom? Of(Glyph glyph, DocumentFont type)
    {
        string font = type.Name;
        bool extension = MathFont.IsExtension(font);
        string text = glyph.Text.TrimEnd('\ufe00', '\ufe01');      // variants of a sign's shape
        (char letter, string? command) = TexSymbols.Alphabet(text)
            ?? (text.Length == 1 ? TexSymbols.Whole(text[0]) : '\0', MathFont.CommandOf(font));
        if (MathFont.Is(font))
            letter = TexSymbols.Misnamed(letter);
        if (letter is '=' or ':' or ';' && MathFont.IsItalic(font))
            letter = letter switch { '=' => '/', ':' => '.', _ => ',' };     // the codes of these in TeX's mathematical italic
        // Type of this kind hangs below the baseline.
        double baseline = extension ? glyph.Baseline - 0.6 * glyph.Size : glyph.Baseline;
        TexAtom Atom(string tex, TexRole role, bool tall = false) =>
            new(tex, role, glyph.X0, glyph.X1, baseline, glyph.Size) { Tall = tall || extension };

        if (letter == '\0')
            return text.Length > 1 && text.All(char.IsAsciiLetter) ? Atom(text, TexRole.Word) : null;
        if (MathFont.IsComputerModernSymbols(font) && TexSymbols.ComputerModern(letter) is var symbol && symbol != letter)
            return symbol == '\0' ? null
                : symbol == '\u0338' ? Atom("\\not", TexRole.Ordinary)
                : TexSymbols.Of(symbol) is { } sign ? Atom(sign, TexRole.Ordinary) : null;
        if (letter == '√')
            return Atom("\\sqrt", TexRole.Root, tall: true);
        if (TexSymbols.AccentOf(letter) is { } accent)
            return Atom("\\" + accent, TexRole.Accent);
        if (TexSymbols.Of(letter) is not { } tex)
            return null;
        if (TexSymbols.LargeOperators.Contains(letter, StringComparison.Ordinal))
            return Atom(tex, TexRole.LargeOperator, tall: true);
        if (extension && letter is '(' or '[' or '{' or '⟨' or '⌊' or '⌈')
            return Atom(tex, TexRole.Open);
        if (extension && letter is ')' or ']' or '}' or '⟩' or '⌋' or '⌉')
            return Atom(tex, TexRole.Close);
        if (char.IsAsciiLetter(letter) && command is not null)
            return Atom($"\\{command}{{{letter}}}", TexRole.Ordinary);
        return Atom(tex, char.IsAsciiLetter(letter) && (MathFont.IsUpright(font) || !(type.Italic || MathFont.Is(font)))
            ? TexRole.Word : TexRole.Ordinary);
    }
}
