using System.Globalization;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Turns what fonts and parsers deliver into plain characters.</summary>
internal static class GlyphText
{
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
