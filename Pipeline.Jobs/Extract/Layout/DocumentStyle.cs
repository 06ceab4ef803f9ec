using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>What ordinary text looks like in this document, and which words it uses.</summary>
internal sealed class DocumentStyle
{
    private readonly Dictionary<double, int> _sizes;
    private readonly HashSet<string> _words = new(StringComparer.OrdinalIgnoreCase);

    /// <param name="segments">The text.</param>
    /// <param name="leftOut">Characters that are seen and could not be read.</param>
    public DocumentStyle(IEnumerable<TextSegment> segments, IEnumerable<Glyph> leftOut)
    {
        Dictionary<double, int> sizes = new();
        int characters = 0, bold = 0, monospaced = 0;
        foreach (TextSegment segment in segments)
        {
            int length = Count(segment, sizes);
            characters += length;
            bold += segment.Bold ? length : 0;
            monospaced += segment.Monospaced ? length : 0;
            for (int i = 0; i < segment.Words.Count; i++)
            {
                string word = segment.Words[i].Text.Trim('.', ',', ';', ':', '(', ')', '"', '\'', '“', '”', '’');
                bool lineEnd = i == segment.Words.Count - 1 && word.EndsWith('-');
                if (!lineEnd && word.Length > 1)
                    _words.Add(word);
            }
        }
        foreach (Glyph glyph in leftOut)
        {
            double size = Math.Round(glyph.Size * 2) / 2;
            sizes[size] = sizes.GetValueOrDefault(size) + 1;
        }
        _sizes = sizes;
        BodySize = MostFrequent(sizes);
        BodyIsBold = bold > characters / 2;
        BodyIsMonospaced = monospaced > 0.6 * characters;
    }

    /// <summary>Size of most characters, in points.</summary>
    public double BodySize { get; }

    /// <summary>Size of most characters of a text, in points, where nothing else of its style is asked for.</summary>
    public static double BodySizeOf(IEnumerable<TextSegment> segments)
    {
        Dictionary<double, int> sizes = [];
        foreach (TextSegment segment in segments)
            Count(segment, sizes);
        return MostFrequent(sizes);
    }

    /// <summary>Adds the characters of a segment to those of its size.</summary>
    /// <returns>How many they are.</returns>
    private static int Count(TextSegment segment, Dictionary<double, int> sizes)
    {
        int length = 0;
        foreach (TextWord word in segment.Words)
            length += word.Text.Length;
        double size = Math.Round(segment.Size * 2) / 2;
        sizes[size] = sizes.GetValueOrDefault(size) + length;
        return length;
    }

    private static double MostFrequent(Dictionary<double, int> sizes) =>
        sizes.Count > 0 ? sizes.OrderByDescending(s => s.Value).ThenBy(s => s.Key).First().Key : 10;

    public bool BodyIsBold { get; }

    /// <summary>Characters of a size, give or take a little: text of a size that pages of text are set in is no heading.</summary>
    public int CharactersOf(double size) => _sizes.Where(s => Math.Abs(s.Key - size) <= 0.5).Sum(s => s.Value);

    /// <summary>A typescript: its type says nothing about programs.</summary>
    public bool BodyIsMonospaced { get; }

    /// <summary>Joins lines where the document's words are not known: a hyphen before a small letter divides a word.</summary>
    public static string JoinPlain(string text, string next) =>
        text.Length == 0 ? next
        : IsIdeographic(text, next) ? text + next
        : IsDivided(text, next) ? (char.IsLower(next[0]) ? text[..^1] : text) + next
        : $"{text} {next}";

    /// <summary>Joins the next line to a text, repairing a word that was divided between them.</summary>
    public string Join(string text, string next)
    {
        if (text.Length == 0 || next.Length == 0 || IsIdeographic(text, next))
            return text + next;
        if (!IsDivided(text, next))
            return text + " " + next;
        string head = text[(text.LastIndexOf(' ') + 1)..^1].TrimStart('(', '"', '“');
        int end = next.AsSpan().IndexOfAny(" .,;:)");
        string tail = end < 0 ? next : next[..end];
        bool known = _words.Contains(head + tail);
        // A word that is nowhere else written in one, of two that are words of their own, is a compound.
        bool compound = !char.IsLower(next[0]) || _words.Contains($"{head}-{tail}")
            || (!known && (head.Contains('-') || IsFirstPart(head, tail)
                || (head.Length > 2 && tail.Length > 3 && _words.Contains(head) && _words.Contains(tail))));
        return compound ? text + next : text[..^1] + next;
    }

    /// <summary>Words that make compounds with a hyphen in English, before a word rather than an ending.</summary>
    private static bool IsFirstPart(string head, string tail) =>
        tail.Length >= 4 && FirstParts.Contains(head) && !tail.StartsWith("ness", StringComparison.Ordinal)
        && !tail.StartsWith("itud", StringComparison.Ordinal);

    private static readonly HashSet<string> FirstParts = new(StringComparer.OrdinalIgnoreCase)
    {
        "long", "short", "well", "self", "high", "low", "mid", "full", "half", "all", "cost", "time", "real", "large", "small", "state",
        "so", "end", "user", "ill", "two", "three", "four", "five", "one", "first", "second", "third", "non", "best", "old", "new",
    };

    /// <summary>Chinese and Japanese have no blank where lines join.</summary>
    private static bool IsIdeographic(string text, string next) =>
        text.Length > 0 && next.Length > 0 && GlyphText.IsIdeograph(text[^1]) && GlyphText.IsIdeograph(next[0]);

    private static bool IsDivided(string text, string next) =>
        text.EndsWith('-') && text.Length >= 2 && char.IsLetterOrDigit(text[^2]) && next.Length > 0 && char.IsLetterOrDigit(next[0]);
}
