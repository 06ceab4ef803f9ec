using System.Text;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Writing;

/// <summary>Finds words that a model cites in the text of a chunk, whatever it did to blanks, quotes, dashes and case.</summary>
internal sealed class Evidence
{
    private const int ShortestPart = 8;             // letters of a part between dots, so that it says something
    private const int LongestQuote = 4000;
    private readonly Chunk _chunk;
    private readonly string _folded;
    private readonly List<(int Block, int Offset)> _places = [];

    /// <param name="chunk">The text.</param>
    public Evidence(Chunk chunk)
    {
        _chunk = chunk;
        StringBuilder folded = new();
        for (int block = 0; block < chunk.Blocks.Count; block++)
        {
            string text = chunk.Blocks[block].Text;
            for (int i = 0; i < text.Length; i++)
            {
                if (Folded(text[i]) is not { } c) continue;
                folded.Append(c);
                _places.Add((block, i));
            }
        }
        _folded = folded.ToString();
    }

    /// <summary>The places of a citation and its words as printed; null where the text does not hold it.</summary>
    /// <param name="quote">The citation; parts divided by dots (…) are looked for one after the other.</param>
    public FoundEvidence? Find(string quote)
    {
        if (quote.Length > LongestQuote) return null;
        if (FindWhole(Fold(quote), 0) is { } whole) return Found([whole]);
        string[] parts = [.. quote.Split((string[])["...", "…", "[...]"], StringSplitOptions.RemoveEmptyEntries).Select(Fold)
            .Where(part => part.Length > 0)];
        if (parts.Length < 2 || parts.Any(part => part.Length < ShortestPart)) return null;
        List<(int Start, int Length)> found = [];
        foreach (string part in parts)
        {
            if (FindWhole(part, found.Count == 0 ? 0 : found[^1].Start + found[^1].Length) is not { } place) return null;
            found.Add(place);
        }
        return Found(found);
    }

    /// <summary>The shortest sentence that holds all texts, for replies that cite nothing; null without one.</summary>
    public FoundEvidence? SentenceWith(params string[] texts)
    {
        string[] folded = [.. texts.Select(Fold).Where(text => text.Length > 0)];
        if (folded.Length == 0) return null;
        return _chunk.Blocks.SelectMany(Sentences)
            .Where(sentence => Fold(sentence) is var text && folded.All(f => text.Contains(f, StringComparison.Ordinal)))
            .OrderBy(sentence => sentence.Length).Select(Find).FirstOrDefault(found => found is not null);
    }

    /// <summary>The sentences of a block, at most 500 characters each.</summary>
    public static IEnumerable<string> Sentences(ChunkBlock block)
    {
        if (block.Table is not null) yield break;
        string text = block.Text;
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            bool ends = (text[i] is '.' or '!' or '?' or '。') && (i + 1 == text.Length || char.IsWhiteSpace(text[i + 1]));
            if (!ends && i - start < 500 && i + 1 < text.Length) continue;
            string sentence = text[start..(i + 1)].Trim();
            if (sentence.Length > 0) yield return sentence;
            start = i + 1;
        }
    }

    private (int Start, int Length)? FindWhole(string folded, int from)
    {
        if (folded.Length < 2) return null;
        int at = _folded.IndexOf(folded, from, StringComparison.Ordinal);
        return at < 0 ? null : (at, folded.Length);
    }

    private FoundEvidence Found(IReadOnlyList<(int Start, int Length)> places)
    {
        List<SourceSpan> spans = [];
        List<string> texts = [];
        foreach ((int start, int length) in places)
            for (int first = start; first < start + length;)
            {
                int block = _places[first].Block, last = first;
                while (last + 1 < start + length && _places[last + 1].Block == block) last++;
                int begin = _places[first].Offset, end = _places[last].Offset + 1;
                string text = _chunk.Blocks[block].Text;
                // The sign that ends the sentence belongs to it, though it is not compared.
                if (end < text.Length && text[end] is '.' or '!' or '?' or ')' or '%' or '"') end++;
                SourceSpan source = _chunk.Blocks[block].Source;
                bool isWhole = _chunk.Blocks[block].Table is not null || _chunk.Blocks[block].Kind == BlockKind.Figure;
                spans.Add(isWhole ? source : source with { Start = source.Start + begin, End = source.Start + end });
                texts.Add(text[begin..end]);
                first = last + 1;
            }
        return new FoundEvidence(string.Join(' ', texts), [.. spans.Distinct()]);
    }

    private static string Fold(string text)
    {
        StringBuilder folded = new(text.Length);
        foreach (char c in text)
            if (Folded(c) is { } kept) folded.Append(kept);
        return folded.ToString();
    }

    /// <summary>Letters, digits and signs that carry meaning; blanks, quotes, hyphens and stops are how a text is set.</summary>
    private static char? Folded(char c) => c switch
    {
        _ when char.IsLetterOrDigit(c) || char.IsSurrogate(c) => char.ToLowerInvariant(c),
        '%' or '/' or '\\' or '$' or '€' or '£' or '<' or '>' or '=' or '+' or '@' or '#' or '&' or '_' or '~' => c,
        _ when char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark
            or System.Globalization.UnicodeCategory.SpacingCombiningMark => c,
        _ => null,
    };
}
