using System.Buffers;

namespace Pipeline.Models.Text;

/// <summary>Finds added tokens in text, leftmost first, then longest. Reference: tokenizers, added_vocabulary.rs.</summary>
internal sealed class AddedTokenMatcher
{
    private readonly Dictionary<string, AddedToken> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, AddedToken>.AlternateLookup<ReadOnlySpan<char>> _tokensBySpan;
    private readonly SearchValues<string>? _spellings;
    private readonly int[] _lengths = [];       // longest first

    /// <param name="tokens">The tokens.</param>
    /// <param name="spell">How a token is spelled in the text that is searched; null for its content.</param>
    public AddedTokenMatcher(IEnumerable<AddedToken> tokens, Func<string, string>? spell = null)
    {
        foreach (AddedToken token in tokens)
            if (token.Content.Length > 0) _tokens[spell?.Invoke(token.Content) ?? token.Content] = token;
        _tokensBySpan = _tokens.GetAlternateLookup<ReadOnlySpan<char>>();
        if (_tokens.Count == 0) return;
        _spellings = SearchValues.Create([.. _tokens.Keys], StringComparison.Ordinal);
        _lengths = [.. _tokens.Keys.Select(spelling => spelling.Length).Distinct().OrderDescending()];
    }

    /// <summary>Whether a token's spelling at this place (start, end) counts as that token.</summary>
    public delegate bool Accepts(AddedToken token, int start, int end);

    /// <summary>The text as stretches of plain text (token null) and added tokens, from left to right.</summary>
    /// <param name="text">The text.</param>
    /// <param name="accepts">Which matches are tokens; the others stay text.</param>
    /// <returns>Stretches with the place where they begin.</returns>
    public IEnumerable<(string Text, int Start, AddedToken? Token)> Split(string text, Accepts accepts)
    {
        int start = 0, search = 0;
        while (Next(text, ref search) is { } match)
        {
            (int from, int to, AddedToken token) = match;
            if (from < start || !accepts(token, from, to) || (token.SingleWord && !StandsAlone(text, from, to))) continue;
            if (token.StripLeft) while (from > start && char.IsWhiteSpace(text[from - 1])) from--;
            if (token.StripRight) while (to < text.Length && char.IsWhiteSpace(text[to])) to++;
            if (from > start) yield return (text[start..from], start, null);
            yield return (token.Content, from, token);
            start = to;
        }
        if (start < text.Length) yield return (start == 0 ? text : text[start..], start, null);
    }

    private (int Start, int End, AddedToken Token)? Next(string text, ref int search)
    {
        if (_spellings is null || search >= text.Length) return null;
        int at = text.AsSpan(search).IndexOfAny(_spellings);
        if (at < 0) return null;
        int start = search + at;
        foreach (int length in _lengths)
        {
            if (start + length > text.Length || !_tokensBySpan.TryGetValue(text.AsSpan(start, length), out AddedToken? token)) continue;
            search = start + length;
            return (start, search, token);
        }
        throw new InvalidOperationException("a spelling was found that no added token has");
    }

    private static bool StandsAlone(string text, int from, int to) =>
        (from == 0 || !IsWord(text[from - 1])) && (to == text.Length || !IsWord(text[to]));

    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character == '_';
}
