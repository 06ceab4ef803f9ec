using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Facts;

/// <summary>Where a fact holds, in words that are understood without the document: its title, and what of headings or caption is needed.</summary>
internal static partial class FactScope
{
    private const int LongestPart = 110;

    /// <summary>The title alone: for what holds in the whole document.</summary>
    public static string? OfDocument(Chunk chunk) => PlainText.IsReadable(chunk.Title, 1, LongestPart) ? chunk.Title.Trim() : null;

    /// <summary>Title and heading; of a short heading such as "Options" the one above it as well. Null where one is not fit to be read.</summary>
    public static string? OfSection(Chunk chunk)
    {
        if (OfDocument(chunk) is not { } title)
            return null;
        List<string> parts = [];
        foreach (string heading in chunk.Headings.Reverse())
        {
            string text = Trimmed(heading);
            if (!PlainText.IsReadable(text, 1, LongestPart))
                return null;
            if (!Same(text, title))
                parts.Insert(0, text);
            if (text.Count(c => c == ' ') >= 3 || parts.Count == 3)
                break;      // long enough to stand alone
        }
        return string.Join(" – ", [title, .. parts]);
    }

    /// <summary>Title and the caption of a table or figure, or where it has none the heading.</summary>
    public static string? OfCaption(Chunk chunk, string? caption)
    {
        if (caption is null || WithoutLabel(caption) is not { } text)
            return OfSection(chunk);
        return OfDocument(chunk) is { } title && PlainText.IsReadable(text, 2, 160) ? $"{title} – {text}" : null;
    }

    /// <summary>"Table 2: Sizes." gives "Sizes"; null where nothing but the label is there.</summary>
    public static string? WithoutLabel(string caption)
    {
        string text = Trimmed(Label().Replace(caption, "", 1));
        return text.Any(char.IsLetter) ? text : null;
    }

    /// <summary>The last heading without a colon at its end, or the title.</summary>
    public static string Topic(Chunk chunk) => chunk.Headings.Count == 0 ? chunk.Title.Trim() : Trimmed(chunk.Headings[^1]);

    private static string Trimmed(string text) => text.Trim().TrimEnd(':', '.', ' ');

    private static bool Same(string a, string b) => RowHash.Normalised(a) == RowHash.Normalised(b);

    [GeneratedRegex(@"^\s{0,3}\p{L}{1,14}\.?\s?(?:[A-Z]\.?)?[\d.\-]{1,9}[a-z]?\s{0,3}[:.|–—\-]?\s{0,3}")]
    private static partial Regex Label();
}
