using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>
/// The names, addresses and dates between the title of a paper and its abstract stand in large or bold type and head nothing. Papers are
/// known by the heading that ends this matter: an abstract, an introduction, or the first number.
/// </summary>
internal static partial class FrontMatter
{
    private const int FirstPages = 2;

    public static void Demote(IReadOnlyList<TextBlock> blocks)
    {
        TextBlock[] headings = [.. blocks.Where(b => b.Kind == BlockKind.Heading && b.Page <= FirstPages && b.TagLevel == 0)];
        int body = Array.FindIndex(headings, h => Opening().IsMatch(h.Text));
        if (body < 1)
            return;
        // A larger line of few words names the journal, or numbers the paper.
        TextBlock title = headings.Take(body).Where(h => h.Text.Count(c => c == ' ') >= 3).MaxBy(h => h.Size)
            ?? headings.Take(body).MaxBy(h => h.Size)!;
        foreach (TextBlock heading in headings[..body].SkipWhile(h => h != title).Skip(1))
        {
            if (heading.Page != title.Page || Section().IsMatch(heading.Text) || IsTitleToo(heading, title))
                continue;
            heading.Kind = BlockKind.Paragraph;
        }
    }

    /// <summary>The second line of a title that was broken on purpose, or its subtitle.</summary>
    private static bool IsTitleToo(TextBlock heading, TextBlock title) =>
        Math.Abs(heading.Size - title.Size) < 0.3 && heading.Bold == title.Bold && heading.Font == title.Font
        && title.Box.Y0 - heading.Box.Y1 < heading.Size && !Marked().IsMatch(heading.Text);

    [GeneratedRegex(
        @"^(abstract|resumen|zusammenfassung|kurzfassung|résumé|resumo|riassunto|sommario|summary|synopsis"
        + @"|((1|I)[.:]?\s+)?(introduction|einleitung|einführung|introducción|introdução|introduzione))[.:]?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Opening();

    [GeneratedRegex(
        @"^(\d|[IVX]+\. |nomenclature|notation|keywords?|key words|highlights|graphical abstract|contents|inhalt|índice|indice|sommaire"
        + "|palabras clave|schlüsselwörter|schlagwörter|mots[- ]clés|palavras[- ]chave|parole chiave|preface|vorwort|prólogo)",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Section();

    /// <summary>Marks that lead to an address or a note.</summary>
    [GeneratedRegex(@"[∗*†‡§¶¹²³⁴⁵⁶⁷⁸⁹]|\bet al\b|@", RegexOptions.CultureInvariant)]
    private static partial Regex Marked();
}
