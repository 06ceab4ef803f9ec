using System.Text.RegularExpressions;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>
/// Finds heads and feet of pages that extraction took for text because they change from page to page: the name of the chapter with the
/// number of the page.
/// </summary>
internal static partial class PageEdges
{
    private const int Longest = 120;
    private const int FewestPages = 3;
    private const int Label = 12;       // letters; "Note" and "Important" name what follows them
    private const int Depth = 2;        // blocks at the top and at the foot of a page

    public static void Mark(List<Piece> pieces)
    {
        HashSet<string> headings = new(StringComparer.Ordinal);
        foreach (Piece piece in pieces)
            if (piece.Block.Kind == BlockKind.Heading && Letters(piece.Text) is { Length: > 3 } letters) headings.Add(letters);
        List<Piece> edges = [];
        foreach (IGrouping<int, Piece> page in pieces.Where(p => p.Reason is null && p.Block.Kind != BlockKind.Caption)
            .GroupBy(p => p.Block.Page))
        {
            List<Piece> all = [.. page];
            for (int i = 0; i < all.Count; i++)
                if ((i < Depth || i >= all.Count - Depth) && all[i].IsText && all[i].Text.Length is > 0 and <= Longest
                    && !LineShape.HasLeader(all[i].Text) && !IsEntry(all, i - 1) && !IsEntry(all, i + 1)
                    && all[i].Block.Kind is BlockKind.Paragraph or BlockKind.Heading)
                    edges.Add(all[i]);
        }
        Dictionary<string, int> pages = new(StringComparer.Ordinal);
        foreach ((string letters, int _) in edges.Select(e => (Letters(e.Text), e.Block.Page)).Distinct())
            pages[letters] = pages.GetValueOrDefault(letters) + 1;
        foreach (Piece edge in edges)
        {
            string letters = Letters(edge.Text);
            bool numbered = char.IsDigit(edge.Text.TrimEnd()[^1]) || char.IsDigit(edge.Text[0]);
            bool repeated = pages[letters] >= FewestPages;
            bool furniture = edge.Block.Kind == BlockKind.Heading
                ? pages[letters] > FewestPages && letters.Length > 3 && HasPageNumber(edge)
                : letters.Length == 0 ? PageNumber().IsMatch(edge.Text.Trim())
                : (repeated && (numbered || letters.Length >= Label) && !LineShape.EndsSentence(edge.Text))
                    || (numbered && headings.Contains(letters) && HasPageNumber(edge))
                    || PageOf().IsMatch(edge.Text.Trim()) || Chapter().IsMatch(edge.Text);
            if (furniture) edge.LeaveOut(Reasons.Furniture);
        }
    }

    /// <summary>Entries of contents look like heads of pages; they stand beside others.</summary>
    private static bool IsEntry(List<Piece> pieces, int at) => at >= 0 && at < pieces.Count && pieces[at].IsText
        && (LineShape.HasLeader(pieces[at].Text)
            || (pieces[at].Block.Kind != BlockKind.Heading && LineShape.PageOf(pieces[at].Text) is not null));

    /// <summary>Whether a number at its start or end may be the one of its page, which is printed near the number of the sheet.</summary>
    private static bool HasPageNumber(Piece piece)
    {
        const int Preliminaries = 40;
        Match number = EdgeNumber().Match(piece.Text);
        Group digits = number.Groups[1].Success ? number.Groups[1] : number.Groups[2];
        return number.Success && int.TryParse(digits.ValueSpan, out int page)
            && Math.Abs(piece.Block.Page - page) <= Preliminaries;
    }

    private static string Letters(string text) => string.Concat(text.Where(char.IsLetter).Select(char.ToLowerInvariant));

    [GeneratedRegex(@"(?:^(\d{1,4})\s)|(?:\s(\d{1,4})\s*$)", RegexOptions.CultureInvariant)]
    private static partial Regex EdgeNumber();

    [GeneratedRegex(@"^[-–—\[(]?\s*\d{1,4}\s*(?:[/-]\s*\d{1,4})?\s*[-–—\])]?$", RegexOptions.CultureInvariant)]
    private static partial Regex PageNumber();

    [GeneratedRegex(@"^(?:page|seite|página|pagina|strona|side|sida|стр\.?|p\.) ?\d{1,4}(?: ?(?:of|von|de|di|sur|af|av|z|/"
        + @"|из) ?\d{1,4})?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PageOf();

    [GeneratedRegex(
        @"^(?:chapter|appendix|part|kapitel|anhang|teil|chapitre|annexe|partie|capítulo|capitulo|apéndice|anexo|parte|apêndice"
            + @"|capitolo|appendice|hoofdstuk|глава|kapitola)\s+"
        + @"(?:\d{1,3}|[A-Z]|[IVX]{1,5})(?:[.:]?\s+(?-i:[^\p{Ll}]{1,100})|[.:]?)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Chapter();
}
