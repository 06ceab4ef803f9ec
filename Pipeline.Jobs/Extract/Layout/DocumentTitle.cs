using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Chooses the title of a document.</summary>
internal static partial class DocumentTitle
{
    private const int Longest = 300;
    private const int FirstPages = 2;

    /// <param name="own">Title in the file's metadata: often good, often the name of a file or of a program's template.</param>
    /// <param name="blocks">Blocks of the document.</param>
    /// <returns>The file's own title where it is one, else the largest heading of the first pages; null without either.</returns>
    public static string? Choose(string? own, IReadOnlyList<TextBlock> blocks)
    {
        string title = Blanks().Replace(own ?? "", " ").Trim();
        TextBlock? heading = blocks.Where(b => b.Kind == BlockKind.Heading && b.Page <= FirstPages).OrderBy(b => b.Page)
            .ThenByDescending(b => b.Size).FirstOrDefault() ?? blocks.FirstOrDefault(b => b.Kind == BlockKind.Heading);
        return IsTitle(title) ? title : heading?.Text ?? (title.Length > 0 && !IsFileName().IsMatch(title) ? title : null);
    }

    private static bool IsTitle(string text) =>
        text.Length is >= 4 and <= Longest && text.Count(char.IsLetter) > text.Length / 2 && text.Contains(' ')
        && !IsFileName().IsMatch(text) && !IsTemplate().IsMatch(text) && !IsReference().IsMatch(text);

    /// <summary>Where the article was published, which some journals put there.</summary>
    [GeneratedRegex(@"://|\bdoi\b|\bISSN\b|\bvol(\.|ume)? ?\d|\(\d{4}\)[,:]? (\d|article|no\.)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex IsReference();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"\.(docx?|pdf|indd|qxd|xlsx?|pptx?|odt|tex|dvi|ps|rtf|txt|html?|cdr|ai|pub|pages|fm)\b|^[\w]:\\|^(/|file:)|_\w+_",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex IsFileName();

    [GeneratedRegex(
        @"^(microsoft (word|powerpoint|excel)|powerpoint|presentation|slide ?\d|untitled|document\d|title of|layout \d|adobe)|template",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex IsTemplate();
}
