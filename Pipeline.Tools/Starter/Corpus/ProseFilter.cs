using System.Text.RegularExpressions;

namespace Pipeline.Tools.Starter.Corpus;

/// <summary>Distinguishes English sentences from menus, signatures, code and other languages.</summary>
internal static partial class ProseFilter
{
    private static readonly HashSet<string> CommonWords = new(
        ["the", "of", "to", "and", "is", "a", "in", "that", "for", "it", "be", "are", "this", "with", "as", "by", "or", "can", "on", "if",
        "you", "not"],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a block of text is at least one whole English sentence.</summary>
    public static bool IsProse(string block)
    {
        if (block.Length is < 60 or > 4000 || block[^1] is not ('.' or '!' or '?' or ':' or ')')) return false;
        if (!char.IsAsciiLetterUpper(block[0]) && !char.IsAsciiDigit(block[0])) return false;
        int letters = block.Count(character => char.IsAsciiLetter(character) || character == ' ');
        if (letters < 0.9 * block.Length) return false;
        string[] words = block.Split(' ');
        return words.Length >= 10 && words.Count(CommonWords.Contains) >= 0.18 * words.Length && words.All(word => word.Length < 40);
    }

    /// <summary>The sentences of a paragraph, each with its full stop.</summary>
    public static IReadOnlyList<string> Sentences(string paragraph) =>
        [.. SentenceEnd().Split(paragraph).Select(sentence => sentence.Trim()).Where(sentence => sentence.Length > 0)];

    [GeneratedRegex(@"(?<=[a-z\)""][.!?])\s+(?=[A-Z])")]
    private static partial Regex SentenceEnd();
}
