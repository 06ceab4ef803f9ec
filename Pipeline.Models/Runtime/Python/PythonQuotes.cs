using System.Globalization;
using System.Text;

namespace Pipeline.Models.Runtime.Python;

/// <summary>Texts as Python's <c>json</c> quotes them.</summary>
internal static class PythonQuotes
{
    /// <summary>Appends a text with quotes and escapes.</summary>
    /// <param name="text">Where it goes.</param>
    /// <param name="value">The text.</param>
    /// <param name="ensureAscii">Whether characters beyond ASCII are escaped too.</param>
    public static StringBuilder AppendQuoted(this StringBuilder text, string value, bool ensureAscii = false)
    {
        text.Append('"');
        foreach (char c in value)
            _ = c switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                < ' ' or > '\x7e' when c < ' ' || ensureAscii => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => text.Append(c),
            };
        return text.Append('"');
    }
}
