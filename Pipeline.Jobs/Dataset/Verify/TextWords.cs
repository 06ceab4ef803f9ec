using System.Globalization;
using System.Text;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Verify;

/// <summary>Words of texts in any script, as rules that compare texts see them.</summary>
internal static class TextWords
{
    // A table, because the product runs without ICU and its runtime then decomposes nothing.
    private const string Accented = "àáâãäåçèéêëìíîïñòóôõöùúûüýÿāăąćĉċčďēĕėęěĝğġģĥĩīĭįĵķĺļľńņňōŏőŕŗřśŝşšţťũūŭůűųŵŷźżž";
    private const string Plain = "aaaaaaceeeeiiiinooooouuuuyyaaaccccdeeeeegggghiiiijklllnnnooorrrssssttuuuuuuwyzzz";

    /// <summary>The text with every lone surrogate as U+FFFD, so that it can be normalised and stored.</summary>
    public static string WellFormed(string text)
    {
        for (int i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i]))
                continue;
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                i++;
            else
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
        }
        return text;
    }

    /// <summary><see cref="RowHash.Normalised"/> for text that may be broken.</summary>
    public static string Normalised(string text) => RowHash.Normalised(WellFormed(text));

    /// <summary>Words in lower case, in order. Each character of a script without blanks between words is a word of its own.</summary>
    public static List<string> Of(string text) => Split(Normalised(text));

    /// <summary>Words of a text that is normalised already.</summary>
    public static List<string> Split(string normalised)
    {
        List<string> words = [];
        int start = -1;
        for (int i = 0; i <= normalised.Length; i++)
        {
            bool end = i == normalised.Length || normalised[i] == ' ';
            bool alone = !end && IsUnspaced(normalised[i]);
            if ((end || alone) && start >= 0)
            {
                words.Add(normalised[start..i]);
                start = -1;
            }
            if (alone)
                words.Add(normalised[i].ToString());
            else if (!end && start < 0)
                start = i;
        }
        return words;
    }

    /// <summary>Whether a character belongs to a script that writes no blanks between words.</summary>
    public static bool IsUnspaced(char c) => c is
        >= '\u0E00' and <= '\u0EFF' or >= '\u1000' and <= '\u109F' or >= '\u1780' and <= '\u17FF'
        or >= '\u3040' and <= '\u30FF' or >= '\u3400' and <= '\u4DBF' or >= '\u4E00' and <= '\u9FFF' or >= '\uF900' and <= '\uFAFF';

    /// <summary>The word without accents: <c>größe</c> as <c>große</c>, which keeps inflected forms together.</summary>
    public static string Fold(string word)
    {
        bool plain = true;
        foreach (char c in word)
            plain &= c < 0x80;
        if (plain)
            return word;
        StringBuilder folded = new(word.Length);
        foreach (char c in word)
        {
            int at = Accented.IndexOf(c, StringComparison.Ordinal);
            if (at >= 0)
                folded.Append(Plain[at]);
            else if (c == 'ß')
                folded.Append("ss");
            else if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
                folded.Append(c);
        }
        return folded.ToString();
    }

    /// <summary>The text in compatibility form with single blanks, ASCII digits and plain quotes; case stays.</summary>
    public static string Flat(string text)
    {
        StringBuilder flat = new(text.Length);
        bool blank = true;
        foreach (char c in WellFormed(text).Normalize(NormalizationForm.FormKC))
        {
            if (char.IsWhiteSpace(c))
            {
                if (!blank)
                    flat.Append(' ');
                blank = true;
                continue;
            }
            blank = false;
            flat.Append(c switch
            {
                '’' or '‘' or 'ʼ' => '\'',
                '“' or '”' or '„' or '«' or '»' => '"',
                '‐' or '‑' or '–' or '—' or '−' => '-',
                > '\u007F' when char.IsDigit(c) => (char)('0' + CharUnicodeInfo.GetDecimalDigitValue(c)),
                _ => c,
            });
        }
        return flat.ToString().TrimEnd();
    }
}
