using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract;

/// <summary>Writes the text of one block as Markdown: escaped where it would be taken for Markdown, with its styles and links.</summary>
internal static partial class MarkdownText
{
    // Stand for what spans add while the text is escaped; such characters are never in a text (GlyphText drops them).
    private const char Mark = '\ufdd0';

    /// <summary>Text that begins a line.</summary>
    public static string Block(string text, IReadOnlyList<TextSpan>? spans) => Write(text, spans, lineStart: true);

    /// <summary>Text after something else on its line.</summary>
    public static string Inline(string text, IReadOnlyList<TextSpan>? spans) => Write(text, spans, lineStart: false);

    private static string Write(string text, IReadOnlyList<TextSpan>? spans, bool lineStart)
    {
        if (spans is not { Count: > 0 })
            return lineStart ? Escape(text) : EscapeInline(text);
        Queue<string> inserted = new();
        StringBuilder marked = new(text.Length + 16);
        int at = 0;
        foreach (TextSpan span in spans)
        {
            marked.Append(text, at, span.Start - at).Append(Mark);
            string inside = text.Substring(span.Start, span.Length);
            at = span.Start + span.Length;
            if (span.Style == TextStyle.Code || IsAddress(inside, span.Target))
            {
                inserted.Enqueue(span.Style == TextStyle.Code ? CodeSpan(inside) : Address(span.Target!));
                continue;
            }
            (string open, string close) = span.Style switch
            {
                TextStyle.Bold => ("**", "**"),
                TextStyle.Italic => ("*", "*"),
                TextStyle.BoldItalic => ("***", "***"),
                _ => ("[", $"]({Address(span.Target ?? "")})"),
            };
            marked.Append(inside).Append(Mark);
            inserted.Enqueue(open);
            inserted.Enqueue(close);
        }
        marked.Append(text, at, text.Length - at);
        string escaped = lineStart ? Escape(marked.ToString()) : EscapeInline(marked.ToString());
        StringBuilder result = new(escaped.Length + 32);
        foreach (char c in escaped)
        {
            if (c == Mark)
                result.Append(inserted.Dequeue());
            else
                result.Append(c);
        }
        return result.ToString();
    }

    /// <summary>An address that is printed in full is a link for every reader of Markdown, divided or not.</summary>
    private static bool IsAddress(string text, string? target) =>
        target is not null && target.StartsWith("http", StringComparison.Ordinal)
        && text.Replace(" ", "", StringComparison.Ordinal).TrimEnd('/').Equals(target.TrimEnd('/'), StringComparison.OrdinalIgnoreCase);

    private static string CodeSpan(string text)
    {
        string fence = new('`', LongestRun(text, '`') + 1);
        string padding = text.StartsWith('`') || text.EndsWith('`') ? " " : "";
        return fence + padding + text + padding + fence;
    }

    /// <summary>An address without what would end it early.</summary>
    private static string Address(string target)
    {
        StringBuilder safe = new(target.Length);
        foreach (char c in target)
        {
            if (c is ' ' or '(' or ')' or '<' or '>' or '\\' || char.IsControl(c))
                safe.Append(Uri.HexEscape(c < 256 ? c : ' '));
            else
                safe.Append(c);
        }
        return safe.ToString();
    }

    public static int LongestRun(string text, char of)
    {
        int longest = 0, run = 0;
        foreach (char c in text)
            longest = Math.Max(longest, run = c == of ? run + 1 : 0);
        return longest;
    }

    private static string Escape(string text)
    {
        string safe = EscapeInline(text);
        Match number = NumberAtStart().Match(safe);
        if (number.Success)
            return safe.Insert(number.Groups["mark"].Index, "\\");
        return LineStart().IsMatch(safe) ? "\\" + safe : safe;
    }

    private static string EscapeInline(string text) => InlineMark().Replace(text, @"\$0");

    [GeneratedRegex(@"[*`\[\]<](?=\S)|(?<=\S)[*`]|\\|&(?=#?\w+;)|(?<![\p{L}\d])_(?=\S)|(?<=\S)_(?![\p{L}\d])|~~")]
    private static partial Regex InlineMark();

    [GeneratedRegex(@"^(#{1,6}\s|>|[-+*]\s|\||={3,}|-{3,})")]
    private static partial Regex LineStart();

    [GeneratedRegex(@"^\d{1,9}(?<mark>[.)])\s")]
    private static partial Regex NumberAtStart();
}
