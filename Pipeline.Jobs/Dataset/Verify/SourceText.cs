using System.Runtime.CompilerServices;
using System.Text;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Verify;

/// <summary>Text that answers must rest on, ready to be asked for numbers, words and names.</summary>
internal sealed class SourceText
{
    private const int ShortestPrefix = 3, LongestPrefix = 8;

    private static readonly ConditionalWeakTable<Chunk, SourceText> Chunks = [];

    private readonly HashSet<string> _words = new(StringComparer.Ordinal);
    private readonly HashSet<string> _numbers = new(StringComparer.Ordinal);
    private readonly HashSet<string> _pairs = new(StringComparer.Ordinal);

    public SourceText(string text)
    {
        Flat = TextWords.Flat(text);
        Words = TextWords.Of(text);
        List<string> folded = [.. Words.Select(TextWords.Fold)];
        for (int i = 0; i < folded.Count; i++)
        {
            string word = folded[i];
            if (TextWords.IsUnspaced(Words[i][0]))
            {
                if (i > 0 && TextWords.IsUnspaced(Words[i - 1][0]))
                    _pairs.Add(Words[i - 1] + Words[i]);
                continue;
            }
            _words.Add(word);
            for (int length = ShortestPrefix; length <= Math.Min(word.Length, LongestPrefix); length++)
                _words.Add(word[..length]);
        }
        foreach (NumberReader.Number number in NumberReader.Read(Flat, insideWords: true))
        {
            _numbers.UnionWith(number.Values);
            _numbers.UnionWith(number.Parts);
            _numbers.UnionWith(NumberReader.Shortened(number));
        }
        _numbers.UnionWith(NumberWords.In(folded));
    }

    /// <summary>Compatibility form with single blanks; case stays.</summary>
    public string Flat { get; }

    /// <summary>Its words in lower case.</summary>
    public IReadOnlyList<string> Words { get; }

    /// <summary>Its numbers, in every meaning they can have.</summary>
    public IReadOnlySet<string> Numbers => _numbers;

    /// <summary>Everything that a chunk says: title, headings, blocks, cells, captions and descriptions.</summary>
    public static SourceText Of(Chunk chunk) => Chunks.GetValue(chunk, c => new(Everything(c)));

    /// <summary>Whether a number stands here in one of its meanings.</summary>
    public bool Has(NumberReader.Number number) =>
        number.Values.Any(_numbers.Contains) || number.Parts.Count > 0 && number.Parts.All(_numbers.Contains);

    /// <summary>Whether a word stands here, in whatever inflection: it is enough that its first two thirds begin a word.</summary>
    /// <param name="folded">In lower case, without accents; two characters of a script without blanks.</param>
    public bool Has(string folded) => TextWords.IsUnspaced(folded[0]) ? _pairs.Contains(folded)
        : _words.Contains(folded.Length <= 4 ? folded : folded[..Math.Clamp((folded.Length * 13 + 19) / 20, 4, LongestPrefix)]);

    /// <summary>Whether a name stands here by itself, letter for letter.</summary>
    public bool HasExactly(string name, StringComparison comparison)
    {
        for (int at = Flat.IndexOf(name, comparison); at >= 0; at = Flat.IndexOf(name, at + 1, comparison))
        {
            int end = at + name.Length;
            bool starts = at == 0 || !IsName(Flat[at - 1]) || !IsName(name[0]);
            bool ends = end == Flat.Length || !IsName(Flat[end]) || !IsName(name[^1]);
            if (starts && ends)
                return true;
        }
        return false;
    }

    private static bool IsName(char c) => (char.IsLetterOrDigit(c) || c == '_') && !TextWords.IsUnspaced(c);

    private static string Everything(Chunk chunk)
    {
        StringBuilder text = new();
        text.AppendLine(chunk.Title);
        foreach (string heading in chunk.Headings)
            text.AppendLine(heading);
        text.AppendLine(chunk.Text);
        foreach (ChunkBlock block in chunk.Blocks)
        {
            foreach (IReadOnlyList<string> row in block.Table?.Rows ?? [])
                text.AppendLine(string.Join(" | ", row));
            text.AppendLine(block.Table?.Caption);
            text.AppendLine(block.Figure?.Caption);
            text.AppendLine(block.Figure?.Description);
        }
        return text.ToString();
    }
}
