using System.Text.RegularExpressions;

namespace Pipeline.Models.Text;

/// <summary>Finds added tokens in text, leftmost first, then longest. Reference: tokenizers, added_vocabulary.rs.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<string, AddedToken> _tokens = new(StringComparer.Ordinal);
    private readonly Regex? _pattern;

    public AddedTokenMatcher(IEnumerable<AddedToken> tokens)
    {
        foreach (AddedToken token in tokens)
            if (token.Content.Length > 0) _tokens[token.Content] = token;
        if (_tokens.Count == 0) return;
        IEnumerable<string> longestFirst = _tokens.Keys.OrderByDescending(content => content.Length).Select(Regex.Escape);
        _pattern = new Regex(string.Join('|', longestFirst), RegexOptions.Compiled | RegexOptions.CultureInvariant);
    }

    /// <summary>The text as stretches of plain text (token null) and added tokens, from left to right.</summary>
    public IEnumerable<(string Text, AddedToken? Token)> Split(string text)
    {
        int start = 0;
        for (Match? match = _pattern?.Match(text); match is { Success: true }; match = match.NextMatch())
        {
            AddedToken token = _tokens[match.Value];
            int from = match.Index, to = match.Index + match.Length;
            if (from < start || (token.SingleWord && !StandsAlone(text, from, to))) continue;
            if (token.StripLeft) while (from > start && char.IsWhiteSpace(text[from - 1])) from--;
            if (token.StripRight) while (to < text.Length && char.IsWhiteSpace(text[to])) to++;
            if (from > start) yield return (text[start..from], null);
            yield return (token.Content, token);
            start = to;
        }
        if (start < text.Length) yield return (start == 0 ? text : text[start..], null);
    }

    private static bool StandsAlone(string text, int from, int to) =>
        (from == 0 || !IsWord(text[from - 1])) && (to == text.Length || !IsWord(text[to]));

    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character == '_';
}
