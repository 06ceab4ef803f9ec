namespace Pipeline.Jobs.Dataset.Files;

/// <summary>Several texts in one file: a form feed, the page break of plain text, stands between them.</summary>
internal static class TextParts
{
    public const char Separator = '\f';

    /// <summary>A text as it is, or between its paragraphs where it is too long; nothing of a blank one.</summary>
    public static IEnumerable<string> Divide(string text, int longest)
    {
        string rest = text.Trim('\n');
        while (rest.Length > longest)
        {
            int end = rest.LastIndexOf("\n\n", longest, StringComparison.Ordinal);
            if (end <= 0) end = rest.LastIndexOf('\n', longest);
            if (end <= 0) end = rest.LastIndexOf(' ', longest);
            if (end <= 0) end = char.IsLowSurrogate(rest[longest]) ? longest - 1 : longest;
            if (!string.IsNullOrWhiteSpace(rest[..end])) yield return rest[..end];
            rest = rest[end..].TrimStart('\n', ' ');
        }
        if (!string.IsNullOrWhiteSpace(rest)) yield return rest;
    }

    /// <summary>The texts as one file.</summary>
    public static string Join(IEnumerable<string> texts) =>
        string.Join("\n" + Separator + "\n", texts.Select(text => text.Replace(Separator, ' '))) + "\n";
}
