using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Models.Tokenizers;

/// <summary>
/// Cuts text into the pieces inside which merges may happen, by one regular expression. Characters beyond the basic plane take
/// two UTF-16 units, which .NET's classes (<c>\p{L}</c>, <c>{1,3}</c>) see as two unknown characters, so the expression runs
/// over a shadow of the text with one stand-in of the same category for each of them.
/// </summary>
internal sealed class TextSplitter
{
    private readonly Regex _pattern;
    private readonly SplitBehavior _behavior;
    private readonly bool _invert;

    /// <param name="pattern">Expression of the file.</param>
    /// <param name="keepGaps">Whether text between matches is a piece too or dropped.</param>
    public TextSplitter(string pattern, bool keepGaps)
        : this(new Regex(pattern, RegexOptions.Compiled | RegexOptions.CultureInvariant),
            keepGaps ? SplitBehavior.Isolated : SplitBehavior.Removed, invert: !keepGaps)
    {
    }

    /// <param name="pattern">Expression of the file.</param>
    /// <param name="behavior">What becomes of matches.</param>
    /// <param name="invert">Whether the text between matches counts as the matches.</param>
    public TextSplitter(Regex pattern, SplitBehavior behavior, bool invert)
    {
        _pattern = pattern;
        _behavior = behavior;
        _invert = invert;
    }

    /// <summary>Calls <paramref name="onPiece"/> with each piece of the text from left to right.</summary>
    public void Split(string text, Action<Range> onPiece)
    {
        (string shadow, int[]? offsets) = Shadow(text);
        bool merges = _behavior is not (SplitBehavior.Isolated or SplitBehavior.Removed);
        int end = 0, heldStart = 0, heldEnd = 0;
        bool heldIsMatch = false;
        foreach (ValueMatch match in _pattern.EnumerateMatches(shadow))
        {
            if (match.Length == 0) continue;
            if (match.Index > end) Take(end, match.Index, _invert);
            end = match.Index + match.Length;
            Take(match.Index, end, !_invert);
        }
        if (end < shadow.Length) Take(end, shadow.Length, _invert);
        if (heldEnd > heldStart) onPiece(Map(heldStart, heldEnd, offsets));

        void Take(int from, int to, bool isMatch)
        {
            if (!merges)
            {
                if (_behavior == SplitBehavior.Isolated || !isMatch) onPiece(Map(from, to, offsets));
                return;
            }
            if (heldEnd > heldStart && !Belong(heldIsMatch, isMatch))
            {
                onPiece(Map(heldStart, heldEnd, offsets));
                heldStart = from;
            }
            (heldEnd, heldIsMatch) = (to, isMatch);
        }
    }

    private bool Belong(bool match, bool next) => _behavior switch
    {
        SplitBehavior.MergedWithPrevious => !match && next,
        SplitBehavior.MergedWithNext => match && !next,
        _ => match == next,
    };

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
