using System.Globalization;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Turns what fonts and parsers deliver into plain characters.</summary>
internal static class GlyphText
{
    /// <summary>What stands for a character that cannot be shown, until <see cref="UnreadableText"/> has judged its font.</summary>
    public const string Unknown = "\ufffd";

    /// <summary>Chinese and Japanese signs, their marks and wide forms: no blanks stand between them.</summary>
    public static bool IsIdeograph(char c) =>
        c is >= '\u2e80' and <= '\u9fff' or >= '\uf900' and <= '\ufaff' or >= '\ufe30' and <= '\ufe4f' or >= '\uff00' and <= '\uffef';

    /// <summary>The code of a character that says nothing about its letter; 0 for any other.</summary>
    public static char MeaninglessCode(string raw) =>
        raw.Length == 1 && raw[0] is not (> ' ' and < '\u007f')
        && (raw[0] == '\ufffd' || (char.IsControl(raw[0]) && !char.IsWhiteSpace(raw[0]))
            || char.GetUnicodeCategory(raw[0]) == UnicodeCategory.PrivateUse)
            ? raw[0] == '\0' ? Unknown[0] : raw[0] : '\0';

    /// <summary>Spells out ligatures, replaces every kind of space by one, drops what cannot be shown.</summary>
    public static string Clean(string raw)
    {
        if (raw.Length == 1 && raw[0] is > ' ' and < '\u007f')
            return raw;
        string text = "";
        for (int i = 0; i < raw.Length; i++)
        {
            char c = raw[i];
            if (char.IsSurrogate(c))
            {
                // Half of a pair is no character, and cannot be written to a file.
                if (i + 1 < raw.Length && char.IsSurrogatePair(c, raw[i + 1]))
                    text += raw.Substring(i++, 2);
                continue;
            }
            text += c switch
            {
                '\ufb00' => "ff",
                '\ufb01' => "fi",
                '\ufb02' => "fl",
                '\ufb03' => "ffi",
                '\ufb04' => "ffl",
                '\ufb05' or '\ufb06' => "st",
                '\u00ad' => "-", // a soft hyphen that is drawn is the hyphen at a line's end
                '\u2010' or '\u2011' => "-",
                '\u2028' or '\u2029' or '\ufeff' or '\u200b' or '\ufffd' => "",
                >= '\ufdd0' and <= '\ufdef' or '\ufffe' or '\uffff' => "", // no characters: Unicode leaves them to programs
                _ when RightToLeft.Letter(c) is { } letter => letter,
                _ when char.IsWhiteSpace(c) => " ",
                _ when char.IsControl(c) => "",
                _ when char.GetUnicodeCategory(c) == UnicodeCategory.PrivateUse => "\u2022", // symbol fonts: bullets
                _ => c.ToString(),
            };
        }
        return text.Length > 1 && string.IsNullOrWhiteSpace(text) ? " " : text;
    }
}
