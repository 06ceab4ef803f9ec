using Pipeline.Jobs.Extract.Rendering;
using UglyToad.PdfPig.Content;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>What the tags of a page say about its letters. Believed only where they cover the page.</summary>
internal sealed class MarkedText
{
    /// <summary>The mark of letters that are furniture: running heads, page numbers.</summary>
    public const byte Artifact = 7;

    private const double Covered = 0.95;        // of the letters have a tag or are artifacts
    private const double MostArtifacts = 0.3;   // more is a page whose text was not tagged
    private const double MostHeadings = 0.5;    // more is a style, not a structure
    private const int LongestReplacement = 40;  // letters that one replacement text stands for: it is about a word, not a paragraph

    private readonly Dictionary<Letter, byte> _marks = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<Letter, string> _replacements = new(ReferenceEqualityComparer.Instance);

    private MarkedText()
    {
    }

    /// <param name="page">The page as PdfPig reads it.</param>
    /// <param name="tags">Its tags; null without any.</param>
    public static MarkedText Of(Page page, PageTags? tags)
    {
        MarkedText marked = new();
        if (tags is null)
            return marked;
        int letters = page.Letters.Count(l => !string.IsNullOrWhiteSpace(l.Value)), tagged = 0, artifacts = 0, headings = 0;
        foreach (MarkedContentElement element in page.GetMarkedContents())
            marked.Collect(element, -1, tags, ref tagged, ref artifacts, ref headings);
        if (tagged + artifacts < Covered * letters || artifacts > MostArtifacts * letters || headings > MostHeadings * letters)
            marked._marks.Clear();
        return marked;
    }

    /// <summary>0 for nothing special, 1 to 6 for a heading of this level, or <see cref="Artifact"/>.</summary>
    public byte MarkOf(Letter letter) => _marks.GetValueOrDefault(letter);

    /// <summary>The text that stands for a letter and those after it: empty for the latter, null for an ordinary one.</summary>
    public string? ReplacementOf(Letter letter) => _replacements.GetValueOrDefault(letter);

    private void Collect(
        MarkedContentElement element, int outer, PageTags tags, ref int tagged, ref int artifacts, ref int headings)
    {
        int id = element.MarkedContentIdentifier >= 0 && tags.Tagged.Contains(element.MarkedContentIdentifier)
            ? element.MarkedContentIdentifier : outer;
        foreach (Letter letter in element.Letters)
        {
            if (string.IsNullOrWhiteSpace(letter.Value))
                continue;
            if (element.IsArtifact)
            {
                artifacts++;
                _marks[letter] = Artifact;
            }
            else if (id >= 0)
            {
                tagged++;
                if (tags.Headings.TryGetValue(id, out byte level))
                {
                    headings++;
                    _marks[letter] = level;
                }
            }
        }
        if (element.ActualText is { Length: > 0 } text && !string.IsNullOrWhiteSpace(text) && text != "\u00ad"
            && element.Letters.Count is > 0 and <= LongestReplacement && IsOneLine(element.Letters))
        {
            for (int i = 0; i < element.Letters.Count; i++)
                _replacements[element.Letters[i]] = i == 0 ? text : "";
        }
        foreach (MarkedContentElement child in element.Children)
            Collect(child, id, tags, ref tagged, ref artifacts, ref headings);
    }

    private static bool IsOneLine(IReadOnlyList<Letter> letters) =>
        letters.All(l => Math.Abs(l.StartBaseLine.Y - letters[0].StartBaseLine.Y) < 0.5 * Math.Max(1, l.PointSize));
}
