using System.Net;
using System.Text;

namespace Pipeline.Tools.Starter.Corpus;

/// <summary>Headings and paragraphs of an HTML page; menus, code blocks and scripts are left out.</summary>
internal static class HtmlProse
{
    private static readonly HashSet<string> Skipped =
        new(["script", "style", "pre", "head", "nav", "table", "form", "footer", "svg", "textarea"], StringComparer.OrdinalIgnoreCase);

    private static readonly HashSet<string> Blocks =
        new(["p", "li", "dd", "dt", "div", "ul", "ol", "dl", "br", "blockquote", "section", "body", "hr", "h1", "h2", "h3", "h4", "h5",
        "h6"],
            StringComparer.OrdinalIgnoreCase);

    /// <summary>The page as sections in reading order; text before the first heading has an empty one.</summary>
    public static IReadOnlyList<ProseSection> Read(string html)
    {
        List<ProseSection> sections = new();
        ProseSection current = new("", []);
        StringBuilder text = new();
        string? heading = null, skipped = null;

        void Flush()
        {
            string block = Clean(text.ToString());
            text.Clear();
            if (heading is not null)
            {
                if (current.Paragraphs.Count > 0) sections.Add(current);
                current = new ProseSection(block, []);
                heading = null;
            }
            else if (ProseFilter.IsProse(block))
            {
                current.Paragraphs.Add(block);
            }
        }

        for (int i = 0; i < html.Length;)
        {
            if (html[i] != '<')
            {
                int next = html.IndexOf('<', i);
                if (next < 0) next = html.Length;
                if (skipped is null) text.Append(html, i, next - i);
                i = next;
                continue;
            }
            int close = html.IndexOf('>', i);
            if (close < 0) break;
            (string name, bool isEnd) = TagName(html.AsSpan(i + 1, close - i - 1));
            i = close + 1;
            if (skipped is not null)
            {
                if (isEnd && name.Equals(skipped, StringComparison.OrdinalIgnoreCase)) skipped = null;
            }
            else if (!isEnd && Skipped.Contains(name))
            {
                Flush();
                skipped = name;
            }
            else if (Blocks.Contains(name))
            {
                Flush();
                if (!isEnd && name.Length == 2 && name[0] is 'h' or 'H' && char.IsAsciiDigit(name[1])) heading = name;
            }
        }
        Flush();
        if (current.Paragraphs.Count > 0) sections.Add(current);
        return sections;
    }

    private static (string Name, bool IsEnd) TagName(ReadOnlySpan<char> tag)
    {
        bool isEnd = tag.StartsWith("/");
        if (isEnd) tag = tag[1..];
        int length = 0;
        while (length < tag.Length && char.IsAsciiLetterOrDigit(tag[length])) length++;
        return (tag[..length].ToString(), isEnd);
    }

    private static string Clean(string text)
    {
        string decoded = WebUtility.HtmlDecode(text).Replace("¶", "", StringComparison.Ordinal);
        StringBuilder result = new(decoded.Length);
        foreach (char character in decoded)
        {
            if (!char.IsWhiteSpace(character)) result.Append(Plain(character));
            else if (result.Length > 0 && result[^1] != ' ') result.Append(' ');
        }
        return result.ToString().Trim();
    }

    /// <summary>One spelling for typographic variants: a small vocabulary has no room for several.</summary>
    private static string Plain(char character) => character switch
    {
        '\u2018' or '\u2019' => "'",
        '\u201c' or '\u201d' => "\"",
        '\u2013' or '\u2014' => "-",
        '\u2026' => "...",
        '\u200b' or '\ufeff' or '\u00ad' => "",
        _ => character.ToString(),
    };
}
