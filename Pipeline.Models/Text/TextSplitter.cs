using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Models.Text;

/// <summary>
/// Cuts text into the pieces inside which merges may happen, by one regular expression. Characters beyond the basic plane take
/// two UTF-16 units, which .NET's classes (<c>\p{L}</c>, <c>{1,3}</c>) see as two unknown characters, so the expression runs
/// over a shadow of the text with one stand-in of the same category for each of them.
/// </summary>
internal sealed class TextSplitter
{
    private readonly Regex _pattern;
    private readonly bool _keepGaps;

    /// <param name="pattern">Expression of the file.</param>
    /// <param name="keepGaps">Whether text between matches is a piece too (behaviour Isolated) or dropped.</param>
    public TextSplitter(string pattern, bool keepGaps)
    {
        _pattern = new Regex(pattern, RegexOptions.Compiled | RegexOptions.CultureInvariant);
        _keepGaps = keepGaps;
    }

    /// <summary>Calls <paramref name="onPiece"/> with each piece of the text from left to right.</summary>
    public void Split(string text, Action<Range> onPiece)
    {
        (string shadow, int[]? offsets) = Shadow(text);
        int end = 0;
        foreach (ValueMatch match in _pattern.EnumerateMatches(shadow))
        {
            if (match.Length == 0) continue;
            if (_keepGaps && match.Index > end) onPiece(Map(end, match.Index, offsets));
            end = match.Index + match.Length;
            onPiece(Map(match.Index, end, offsets));
        }
        if (_keepGaps && end < shadow.Length) onPiece(Map(end, shadow.Length, offsets));
    }

    private static Range Map(int start, int end, int[]? offsets) =>
        offsets is null ? start..end : offsets[start]..offsets[end];

    private static (string Shadow, int[]? Offsets) Shadow(string text)
    {
        if (text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0) return (text, null);

        StringBuilder shadow = new(text.Length);
        List<int> offsets = new(text.Length + 1);
        int offset = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            offsets.Add(offset);
            shadow.Append(rune.IsBmp ? (char)rune.Value : StandIn(Rune.GetUnicodeCategory(rune)));
            offset += rune.Utf16SequenceLength;
        }
        offsets.Add(offset);
        return (shadow.ToString(), [.. offsets]);
    }

    /// <summary>A character of the category that no tokenizer's expression names by itself.</summary>
    private static char StandIn(UnicodeCategory category) => category switch
    {
        UnicodeCategory.UppercaseLetter => '\u0100',
        UnicodeCategory.LowercaseLetter => '\u0101',
        UnicodeCategory.TitlecaseLetter => '\u01C5',
        UnicodeCategory.ModifierLetter => '\u02B0',
        UnicodeCategory.OtherLetter => '\u4E00',
        UnicodeCategory.NonSpacingMark => '\u0316',
        UnicodeCategory.SpacingCombiningMark => '\u0903',
        UnicodeCategory.EnclosingMark => '\u0488',
        UnicodeCategory.DecimalDigitNumber => '\u0660',
        UnicodeCategory.LetterNumber => '\u2160',
        UnicodeCategory.OtherNumber => '\u2460',
        UnicodeCategory.ConnectorPunctuation => '\u203F',
        UnicodeCategory.DashPunctuation => '\u2010',
        UnicodeCategory.OpenPunctuation => '\u2045',
        UnicodeCategory.ClosePunctuation => '\u2046',
        UnicodeCategory.OtherPunctuation => '\u2016',
        UnicodeCategory.MathSymbol => '\u2200',
        UnicodeCategory.CurrencySymbol => '\u20A0',
        UnicodeCategory.ModifierSymbol => '\u02C2',
        UnicodeCategory.OtherSymbol => '\u2600',
        UnicodeCategory.Format => '\u200D',
        UnicodeCategory.PrivateUse => '\uE000',
        _ => '\u0378',      // not assigned
    };
}
