using System.Text;
using System.Text.RegularExpressions;

namespace Pipeline.Jobs.Caption;

/// <summary><c>document.captioned.md</c>: the Markdown with each figure followed by its description as a blockquote.</summary>
internal static partial class CaptionedMarkdown
{
    /// <param name="markdown">Markdown with figures as <c>![Figure 3](images/figure-3.png)</c>.</param>
    /// <param name="captions">Image path to description.</param>
    public static string Insert(string markdown, IReadOnlyDictionary<string, string> captions)
    {
        StringBuilder result = new(markdown.Length + 256 * captions.Count);
        foreach (string line in markdown.Split('\n'))
        {
            result.Append(line).Append('\n');
            foreach (Match figure in Figure().Matches(line))
                if (captions.TryGetValue(figure.Groups[1].Value, out string? caption) && caption.Length > 0)
                    result.Append("\n> ").Append(caption.ReplaceLineEndings("\n").Replace("\n", "\n> ", StringComparison.Ordinal))
                        .Append('\n');
        }
        result.Length--;            // Split returns one line more than there are line breaks
        return result.ToString();
    }

    [GeneratedRegex(@"!\[[^\]]*\]\(([^)\s]+)\)")]
    private static partial Regex Figure();
}
