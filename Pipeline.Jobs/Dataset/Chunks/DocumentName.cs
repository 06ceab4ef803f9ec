using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>What a reader would call a document.</summary>
internal static partial class DocumentName
{
    private const int FirstPages = 3;

    /// <summary>
    /// The title that was extracted, where it is one; else the first heading of the highest level on the first pages, else the name of
    /// the file with blanks. It depends on the document alone, so it stays the same in every run.
    /// </summary>
    public static string Of(ExtractedDocument document)
    {
        if (document.Title is { } title && Tidy(title, numbered: false) is { } own)
            return own;
        bool numbered = HeadingText.AreNumbered(document.Blocks.Where(b => b.Kind == BlockKind.Heading).Select(b => b.Text));
        // Where the title is that of a first section, so are the other headings.
        bool part = document.Title is { } printed && FirstPart().IsMatch(printed.Trim());
        foreach (DocumentBlock heading in document.Blocks.Where(b => !part && b.Kind == BlockKind.Heading && b.Page <= FirstPages)
            .OrderBy(b => b.Level ?? 1))
        {
            string plain = HeadingText.WithoutNumber(heading.Text.Trim(), numbered: true);
            if (FirstPart().IsMatch(plain) || Junk().IsMatch(plain))
                break;
            if (Tidy(heading.Text, numbered) is { } text)
                return text;
        }
        string stem = Blanks().Replace(Path.GetFileNameWithoutExtension(document.FileName).Replace('_', ' ').Replace('-', ' '), " ").Trim();
        return stem.Length > 0 ? stem : document.FileName;
    }

    private static string? Tidy(string title, bool numbered)
    {
        string text = Blanks().Replace(title, " ").Trim();
        text = Marks().Replace(text, "").Trim();
        if (text.Length is < 3 or > 300 || text.Count(char.IsLetter) * 2 < text.Length || BrokenText.HasBroken(text))
            return null;
        string topic = HeadingText.WithoutNumber(text, numbered);
        // "1 Introduction" names no document either, whether or not its other headings are counted.
        return Junk().IsMatch(HeadingText.WithoutNumber(text, numbered: true)) || FirstPart().IsMatch(topic) || Date().IsMatch(topic)
            || HeadingText.IsContents(topic) || HeadingText.IsImprint(topic) || HeadingText.IsReferences(topic)
            || LineShape.HasLeader(topic) ? null : topic;
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Blanks();

    [GeneratedRegex(@"[∗*†‡§¶]+$|(?<=\p{L})[∗†‡¶]+")]
    private static partial Regex Marks();

    [GeneratedRegex(
        @"\.(docx?|pdf|indd|qxd|xlsx?|pptx?|odt|tex|dvi|ps|rtf|txt|html?|cdr|ai|pub|pages|fm)$|^[\w]:\\|^(/|file:)|^\w+_\w+_\w+$"
        + @"|^(microsoft (word|powerpoint|excel)|powerpoint|presentation\d*$|slide ?\d|untitled|unbenannt|sans titre|sin título"
        + @"|senza titolo|sem título|document\d*$|layout \d|adobe"
        + @"|abstract|introduction|einleitung|introducción|introdução|introduzione|preface|vorwort|cover|title( page)?|unknown"
        + @"|index|register)$|^microsoft (word|powerpoint|excel) -",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Junk();

    // The first section of a part of a larger work, which is cut out of it.
    [GeneratedRegex(@"^\d{1,2}(?:\.\d{1,2})*\.?\s(?:general|introduction|overview|scope|purpose|allgemeines|einleitung|généralités"
        + @"|introducción|generalidades|introdução|introduzione|generalità)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FirstPart();

    [GeneratedRegex(@"^[\p{L}\d.,/ -]{0,12}\b\d{1,2}(st|nd|rd|th|\.)?,? ?([\p{L}]{3,10},? ?)?(19|20)\d\d$|^[\p{L}]{3,10} (19"
        + @"|20)\d\d$", RegexOptions.CultureInvariant)]
    private static partial Regex Date();
}
