using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Dataset.Writing.Replies;

/// <summary>The part of a reply that was asked for, without thoughts, fences and chatter.</summary>
internal static partial class ReplyText
{
    private const int LongestRead = 400_000;            // characters; no endpoint is asked for more

    /// <summary>Without the block in which reasoning models think.</summary>
    public static string WithoutThoughts(string reply)
    {
        string text = reply.Length <= LongestRead ? reply : reply[..LongestRead];
        text = text.Replace("\r\n", "\n", StringComparison.Ordinal).Trim('\uFEFF', ' ', '\n', '\t');
        foreach (string tag in (string[])["think", "thinking", "reasoning"])
        {
            string open = $"<{tag}>", close = $"</{tag}>";
            if (text.StartsWith(open, StringComparison.OrdinalIgnoreCase))
            {
                int end = text.IndexOf(close, StringComparison.OrdinalIgnoreCase);
                return end < 0 ? "" : text[(end + close.Length)..].Trim();          // never stopped thinking
            }
            // Some servers swallow the opening tag.
            int only = text.IndexOf(close, StringComparison.OrdinalIgnoreCase);
            if (only >= 0 && text.AsSpan(only + close.Length).Trim() is { Length: > 0 } rest
                && !text.AsSpan(0, only).Contains("\":", StringComparison.Ordinal))
                return rest.ToString();
        }
        return text;
    }

    /// <summary>Running text, as rewritings are: the content of a fence, without quotes and a first line that announces it.</summary>
    public static string Prose(string reply)
    {
        string text = WithoutThoughts(reply);
        if (Fence().Match(text) is { Success: true } fence) text = fence.Groups["body"].Value.Trim();
        string[] lines = text.Split('\n');
        int first = Array.FindIndex(lines, line => line.Trim().Length > 0);
        if (first >= 0 && lines.Length > first + 1 && Announces(lines[first]))
            text = string.Join('\n', lines[(first + 1)..]).Trim();
        if (text.Length > 2 && ((text[0], text[^1]) is ('"', '"') or ('“', '”')) && text.AsSpan(1, text.Length - 2).IndexOf('"') < 0)
            text = text[1..^1].Trim();
        return text;
    }

    private static bool Announces(string line)
    {
        string text = line.Trim().Trim('*', '#', ' ');
        return text.Length < 160 && text.EndsWith(':') && Announcement().IsMatch(text);
    }

    [GeneratedRegex("^(?:sure|certainly|of course|here(?:'s| is| are)|below is|the (?:rewritten|following)|hier ist|natürlich|gerne|voici"
        + "|bien sûr|aquí|claro|ecco|certo|aqui|rewritten|rewrite|text|answer|explanation)", RegexOptions.IgnoreCase)]
    private static partial Regex Announcement();

    [GeneratedRegex(@"^[^`]{0,200}```[a-zA-Z]{0,12}\n(?<body>[^`]+)(?:```|$)", RegexOptions.NonBacktracking)]
    private static partial Regex Fence();
}
