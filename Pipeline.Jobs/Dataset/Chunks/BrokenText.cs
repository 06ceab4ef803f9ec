using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Finds characters and texts of which no reader can make sense.</summary>
internal static partial class BrokenText
{
    private const string LooseAccents = "¨´`ˆ˜¸˙˚˝ˇ˘¯˛";
    private const int FewestLetters = 40;       // what is less says nothing of its statistics
    private const double MostBrokenWords = 0.04;

    /// <summary>Whether a text has a broken character anywhere: lost or private ones, controls, accents beside their letters.</summary>
    public static bool HasBroken(ReadOnlySpan<char> text) => BrokenWords(text, out _) > 0 || HasLostGlyphs(text);

    /// <summary>
    /// Whether letters of a word are missing or stand elsewhere: "speci c", whose ligature has no character, and "LAT X … E", whose
    /// letters are set at several heights.
    /// </summary>
    public static bool HasLostGlyphs(ReadOnlySpan<char> text) => LostGlyphs().IsMatch(text);

    /// <summary>Whether too much of a text is broken, or most of its letters are not the ones that were printed.</summary>
    public static bool IsUnreadable(string text)
    {
        int broken = BrokenWords(text, out int words);
        if (broken > 0 && broken >= MostBrokenWords * words)
            return true;
        return HasWrongLetters(text);
    }

    private static int BrokenWords(ReadOnlySpan<char> text, out int words)
    {
        words = 0;
        int broken = 0;
        bool inWord = false, bad = false;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (char.IsWhiteSpace(c))
            {
                if (bad) broken++;
                (inWord, bad) = (false, false);
                continue;
            }
            if (!inWord) words++;
            inWord = true;
            if (IsBroken(text, i)) bad = true;
        }
        return broken + (bad ? 1 : 0);
    }

    private static bool IsBroken(ReadOnlySpan<char> text, int at)
    {
        char c = text[at];
        if (c < 0x20 || c is (>= '\u007f' and < '\u00a0') or '\ufffd' or (>= '\ue000' and <= '\uf8ff') or '\ufffe' or '\uffff')
            return true;
        if (char.IsSurrogate(c))
        {
            bool paired = char.IsHighSurrogate(c) ? at + 1 < text.Length && char.IsLowSurrogate(text[at + 1])
                : at > 0 && char.IsHighSurrogate(text[at - 1]);
            return !paired || (char.IsHighSurrogate(c) && char.ConvertToUtf32(c, text[at + 1]) is >= 0xf0000);
        }
        if (c < '\u0060' || LooseAccents.IndexOf(c) < 0)
            return false;
        // An accent of its own between or beside letters: "k¨onnen", "pa´ıs". A backquote before a word is a quotation mark.
        bool after = at > 0 && char.IsLetter(text[at - 1]), before = at + 1 < text.Length && char.IsLetter(text[at + 1]);
        return c switch
        {
            '`' => (after && (before || Follows(text, at))) || IsGrave(text, at),
            '´' => (before && (after || IsAccented(text[at + 1]))) || (after && Follows(text, at)) || IsAlone(text, at),
            '¨' or '¸' => before || after || IsAlone(text, at),
            _ => after,         // "~user" is an address
        };
    }

    /// <summary>"pi` u": the letter stands after a blank.</summary>
    private static bool Follows(ReadOnlySpan<char> text, int at) =>
        at + 2 < text.Length && text[at + 1] == ' ' && char.IsLower(text[at + 2]);

    /// <summary>"`e", "` a": a word of one letter and its accent. A quotation mark stands before longer words.</summary>
    private static bool IsGrave(ReadOnlySpan<char> text, int at)
    {
        int letter = at + 1 < text.Length && text[at + 1] == ' ' ? at + 2 : at + 1;
        return letter < text.Length && (text[letter] is 'a' or 'e' or 'o' or 'u' or 'i' or 'A' or 'E' or 'O')
            && (at == 0 || text[at - 1] is ' ' or '-' or '’' or '\'' or '(')
            && (letter + 1 == text.Length || text[letter + 1] is ' ' or ',' or '.');
    }

    private static bool IsAlone(ReadOnlySpan<char> text, int at) =>
        at > 0 && at + 1 < text.Length && text[at - 1] == ' ' && text[at + 1] == ' ';

    private static bool IsAccented(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'y' or 'ı' or 'A' or 'E' or 'I' or 'O' or 'U' or 'Y';

    /// <summary>
    /// Letters of another code than the page shows (a subset font without a table of its characters): words of Latin letters without
    /// vowels, several scripts inside words, or letters one by one.
    /// </summary>
    private static bool HasWrongLetters(string text)
    {
        int letters = 0, words = 0, voiceless = 0, mixed = 0, single = 0, length = 0, vowels = 0, latin = 0, other = 0, lower = 0;
        for (int i = 0; i <= text.Length; i++)
        {
            char c = i < text.Length ? text[i] : ' ';
            if (char.IsLetter(c) || (length > 0 && CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark))
            {
                letters++;
                length++;
                if (c < '\u0250') latin++;
                else if (c is >= '\u0370' and < '\u0530') other++;
                if (IsVowel(c)) vowels++;
                if (char.IsLower(c)) lower++;
                continue;
            }
            if (length > 0)
            {
                words++;
                if (length == 1 && latin == 1 && (c == ' ')) single++;
                if (length >= 3 && latin == length && vowels == 0 && lower == length) voiceless++;
                if (latin > 0 && other > 0 && length > 2) mixed++;
            }
            (length, vowels, latin, other, lower) = (0, 0, 0, 0, 0);
        }
        return letters >= FewestLetters && words > 0
            && (voiceless > 0.35 * words || mixed > 0.25 * words || (words >= 20 && single > 0.7 * words));
    }

    private static bool IsVowel(char c) => char.ToLowerInvariant(c) switch
    {
        'a' or 'e' or 'i' or 'o' or 'u' or 'y' or 'ı' => true,
        >= '\u00e0' and < '\u0250' => true,
        _ => false,
    };

    [GeneratedRegex(@"\b(?:LA?T|BIBT|AUCT|LuaT|XeT) X\b|\b(?:[Ss]peci c|[Mm]odi ed|[Ii]denti e[rd]s?|[Ss]igni cant|[Ss]u cient|[Dd]i erent"
        + @"|[Dd]i cult|[Ee] ect|[Cc]on gur(?:e|ed|ing|ation)|[Cc]lassi cation|[Bb]ene t)(?:ly|s|ce|ally)?\b|\b[Dd]e ne[sd]? (?:the|an?)\b",
        RegexOptions.CultureInvariant)]
    private static partial Regex LostGlyphs();
}
