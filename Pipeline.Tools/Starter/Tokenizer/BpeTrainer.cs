using System.Text;
using Pipeline.Models.Tokenizers;

namespace Pipeline.Tools.Starter.Tokenizer;

/// <summary>
/// Learns byte-level byte-pair merges from text. Reference: Sennrich et al., "Neural Machine Translation of Rare Words
/// with Subword Units" (2016). Ties go to the pair seen first, so that the same text always gives the same merges.
/// </summary>
internal sealed class BpeTrainer
{
    private readonly Dictionary<string, int> _wordCounts = new(StringComparer.Ordinal);
    private readonly TextSplitter _splitter;

    /// <param name="pattern">Expression that cuts text into words; merges stay inside a word.</param>
    public BpeTrainer(string pattern) => _splitter = new TextSplitter(pattern, keepGaps: true);

    /// <summary>Counts the words of a text.</summary>
    public void Add(string text)
    {
        Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> counts = _wordCounts.GetAlternateLookup<ReadOnlySpan<char>>();
        _splitter.Split(text, range =>
        {
            ReadOnlySpan<char> word = text.AsSpan(range);
            counts.TryGetValue(word, out int count);
            counts[word] = count + 1;
        });
    }

    /// <summary>The merges, most frequent pair first, until the vocabulary has its size or no pair occurs twice.</summary>
    /// <param name="vocabularySize">256 bytes and one entry per merge.</param>
    /// <returns>Pairs in the byte-level spelling of <c>tokenizer.json</c>.</returns>
    public IReadOnlyList<(string Left, string Right)> Train(int vocabularySize)
    {
        List<string> spelling = new(vocabularySize);
        for (int b = 0; b < 256; b++) spelling.Add(ByteLevelAlphabet.SpellingOf([(byte)b]));

        Word[] words = [.. _wordCounts
            .OrderByDescending(word => word.Value).ThenBy(word => word.Key, StringComparer.Ordinal)
            .Select(word => new Word([.. Encoding.UTF8.GetBytes(word.Key).Select(b => (int)b)], word.Value))];
        PairIndex pairs = new(words);
        List<(string Left, string Right)> merges = new();
        while (spelling.Count < vocabularySize && pairs.TakeMostFrequent() is (int Left, int Right) pair)
        {
            int merged = spelling.Count;
            merges.Add((spelling[pair.Left], spelling[pair.Right]));
            spelling.Add(spelling[pair.Left] + spelling[pair.Right]);
            pairs.Merge(pair, merged);
        }
        return merges;
    }

    internal sealed record Word(List<int> Symbols, int Count);
}
