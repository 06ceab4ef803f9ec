using System.Globalization;
using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Verify;

/// <summary>Broken text: characters that no font gave a meaning, accents beside their letters, dot leaders, loops of a model.</summary>
internal static partial class ReadableCheck
{
    private const int LongestWord = 200, LongestChecked = 20_000;

    /// <summary>What is broken; null where nothing is.</summary>
    public static string? Fault(string text)
    {
        if (text.Length > LongestChecked)
            text = text[..(char.IsHighSurrogate(text[LongestChecked - 1]) ? LongestChecked - 1 : LongestChecked)];
        int odd = 0, run = 0;
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c == '\0' || char.IsControl(c) && c is not ('\n' or '\r' or '\t'))
                return $"control character U+{(int)c:X4}";
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
                continue;
            }
            if (char.IsSurrogate(c))
                return $"lone surrogate U+{(int)c:X4}";
            if (c == '\uFFFD')
                return "replacement characters";
            odd += CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned ? 1 : 0;
            run = char.IsWhiteSpace(c) || TextWords.IsUnspaced(c) || c is '/' or '|' ? 0 : run + 1;
            if (run > LongestWord)
                return "a word without end";
        }
        if (odd > 0)
            return "characters without a meaning";
        // A long text is not lost to one line of a program.
        int most = text.Length / 1000;
        if (BesideAccent().Count(text) > most)
            return $"accent beside its letter: {BesideAccent().Match(text).Value}";
        if (Leader().Count(text) > most)
            return "dot leaders";
        if (Spaced().Count(text) > most)
            return "letters with blanks between them";
        if (Mojibake().Count(text) > most)
            return "characters read in the wrong encoding";
        return Loops(text) ? "the same words over and over" : null;
    }

    // Six words in a row, or more, that were said just before, and before that, and before that.
    private static bool Loops(string text)
    {
        string[] words = text.Split([' ', '\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries);
        for (int period = 1; period <= 12; period++)
        {
            int same = 0;
            for (int i = period; i < words.Length; i++)
            {
                same = words[i] == words[i - period] && words[i].Any(char.IsLetter) ? same + 1 : 0;
                if (same >= Math.Max(6, 3 * period))
                    return true;
            }
        }
        return false;
    }

    [GeneratedRegex(@"\p{L}[¨´˜ˆ¸˚]\p{L}|[¨´][aeiouAEIOU]\p{L}")]
    private static partial Regex BesideAccent();

    [GeneratedRegex(@"(?:\. ?){6}|(?:… ?){3}")]
    private static partial Regex Leader();

    [GeneratedRegex(@"(?<!\w)(?:\p{L} ){8}\p{L}(?!\w)")]
    private static partial Regex Spaced();

    [GeneratedRegex(@"Ã[\u0080-\u00BF]|â€[\u0090-\u02FF\u2000-\u2122]|Â[\u00A0-\u00BF]\w")]
    private static partial Regex Mojibake();
}
