using System.Globalization;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Whether pieces say anything.</summary>
internal static class TeachableText
{
    private const int FewestLetters = 40;
    private const int FewestWords = 6;
    private const int FewestSigns = 16;     // of a script in which a sign is a syllable or a word

    public static bool Is(IReadOnlyList<Piece> pieces) => WhyNot(pieces) is null;

    /// <returns>One of <see cref="Reasons"/>, or null where there is something to learn.</returns>
    public static string? WhyNot(IReadOnlyList<Piece> pieces)
    {
        int letters = 0, words = 0, signs = 0;
        bool code = false;
        foreach (Piece piece in pieces)
        {
            if (piece.Table is { } table && table.Rows.Count - table.HeaderRows >= 2 && TableText.Characters(table) >= FewestLetters)
                return null;
            if (piece.Figure is not null && piece.Text.Length >= FewestLetters)
                return null;
            if (!piece.IsProse)
            {
                code |= piece.Block.Kind is BlockKind.Code or BlockKind.Formula;
                continue;
            }
            bool inWord = false;
            foreach (char c in piece.Text)
            {
                bool letter = char.IsLetter(c);
                letters += letter ? 1 : 0;
                signs += letter && c > '\u2e00' && CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.OtherLetter ? 1 : 0;
                words += letter && !inWord ? 1 : 0;
                inWord = letter;
            }
            if ((letters >= FewestLetters && words >= FewestWords) || signs >= FewestSigns)
                return null;
        }
        return code && letters < FewestLetters ? Reasons.NoProse : Reasons.TooShort;
    }
}
