using System.Text;

namespace Pipeline.Models.Jinja;

/// <summary>Python's text functions, which count code points where .NET counts UTF-16 units.</summary>
internal static class PythonStrings
{
    /// <summary>Whether Python takes the character for white space.</summary>
    public static bool IsSpace(char value) => char.IsWhiteSpace(value) || value is >= '\x1c' and <= '\x1f';

    /// <summary><c>len(text)</c>.</summary>
    public static int Length(string text) => HasSurrogates(text) ? text.EnumerateRunes().Count() : text.Length;

    /// <summary>Order by code points.</summary>
    public static int Compare(string left, string right) => HasSurrogates(left) || HasSurrogates(right)
        ? left.EnumerateRunes().Select(rune => rune.Value).Zip(right.EnumerateRunes().Select(rune => rune.Value))
            .Select(pair => pair.First.CompareTo(pair.Second)).FirstOrDefault(order => order != 0, Length(left).CompareTo(Length(right)))
        : string.CompareOrdinal(left, right);

    /// <summary>The characters at the places, in their order.</summary>
    public static string Pick(string text, IEnumerable<int> places)
    {
        StringBuilder picked = new();
        if (HasSurrogates(text))
        {
            Rune[] runes = [.. text.EnumerateRunes()];
            foreach (int place in places) picked.Append(runes[place].ToString());
        }
        else
            foreach (int place in places) picked.Append(text[place]);
        return picked.ToString();
    }

    /// <summary><c>strip</c>, <c>lstrip</c>, <c>rstrip</c>: the characters given, or white space.</summary>
    public static string Strip(string text, string? characters, bool left, bool right)
    {
        Func<char, bool> strips = characters is null ? IsSpace : c => characters.Contains(c, StringComparison.Ordinal);
        int start = 0, end = text.Length;
        if (left) while (start < end && strips(text[start])) start++;
        if (right) while (end > start && strips(text[end - 1])) end--;
        return text[start..end];
    }

    /// <summary><c>split</c> and <c>rsplit</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="separator">Null for runs of white space.</param>
    /// <param name="most">Cuts at most; negative for all.</param>
    /// <param name="fromRight">Whether the last places are cut.</param>
    public static List<string> Split(string text, string? separator, int most, bool fromRight)
    {
        if (separator is { Length: 0 }) throw new JinjaException("an empty separator");
        List<string> parts = [];
        int start = 0, end = text.Length;
        if (separator is null)
        {
            while (true)
            {
                while (start < end && !fromRight && IsSpace(text[start])) start++;
                while (start < end && fromRight && IsSpace(text[end - 1])) end--;
                if (start == end) break;
                if (parts.Count == most)
                {
                    parts.Add(Strip(text[start..end], null, left: fromRight, right: !fromRight));
                    break;
                }
                int at = fromRight ? end : start;
                if (fromRight)
                {
                    while (at > start && !IsSpace(text[at - 1])) at--;
                    parts.Add(text[at..end]);
                    end = at;
                }
                else
                {
                    while (at < end && !IsSpace(text[at])) at++;
                    parts.Add(text[start..at]);
                    start = at;
                }
            }
        }
        else
        {
            while (parts.Count != most)
            {
                int at = fromRight ? text[..end].LastIndexOf(separator, StringComparison.Ordinal)
                    : text.IndexOf(separator, start, StringComparison.Ordinal);
                if (at < 0) break;
                parts.Add(fromRight ? text[(at + separator.Length)..end] : text[start..at]);
                (start, end) = fromRight ? (start, at) : (at + separator.Length, end);
            }
            parts.Add(text[start..end]);
        }
        if (fromRight) parts.Reverse();
        return parts;
    }

    /// <summary><c>splitlines</c>.</summary>
    public static List<string> SplitLines(string text, bool keepEnds)
    {
        List<string> lines = [];
        for (int start = 0; start < text.Length;)
        {
            int end = start;
            while (end < text.Length && text[end] is not ('\n' or '\r' or '\v' or '\f' or '\x1c' or '\x1d' or '\x1e' or '\x85' or '\u2028'
                or '\u2029')) end++;
            int next = end < text.Length ? text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? end + 2 : end + 1 : end;
            lines.Add(text[start..(keepEnds ? next : end)]);
            start = next;
        }
        return lines;
    }

    /// <summary><c>replace</c>, the first so many times.</summary>
    public static string Replace(string text, string old, string by, int most)
    {
        if (most < 0 && old.Length > 0) return text.Replace(old, by, StringComparison.Ordinal);
        StringBuilder result = new();
        int at = 0;
        for (int count = 0; count != most; count++)
        {
            int found = old.Length == 0 ? at + (count > 0 ? 1 : 0) : text.IndexOf(old, at, StringComparison.Ordinal);
            if (found < 0 || found > text.Length) break;
            result.Append(text, at, found - at).Append(by);
            at = found + old.Length;
        }
        return result.Append(text, at, text.Length - at).ToString();
    }

    /// <summary><c>upper</c>; the only common letter that becomes two is ß.</summary>
    public static string Upper(string text) => text.ToUpperInvariant().Replace("ß", "SS", StringComparison.Ordinal);

    /// <summary>The first character upper, the rest lower.</summary>
    public static string Capitalize(string text) => text.Length == 0 ? text : Upper(text[..1]) + text[1..].ToLowerInvariant();

    /// <summary>Every word as <see cref="Capitalize"/>; <paramref name="isWord"/> says what stands in words.</summary>
    public static string Title(string text, Func<char, bool> isWord)
    {
        StringBuilder result = new(text.Length);
        for (int i = 0; i < text.Length; i++)
            result.Append(i > 0 && isWord(text[i - 1]) ? char.ToLowerInvariant(text[i]) : char.ToUpperInvariant(text[i]));
        return result.ToString();
    }

    /// <summary>Whether a text has letters of one case only.</summary>
    public static bool IsCased(string text, bool upper) => text.Any(c => upper ? char.IsUpper(c) : char.IsLower(c))
        && !text.Any(c => upper ? char.IsLower(c) : char.IsUpper(c));

    private static bool HasSurrogates(string text) => text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') >= 0;
}
