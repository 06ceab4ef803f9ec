using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Finds what is repeated at the top and foot of pages, and page numbers.</summary>
internal static partial class RunningHeads
{
    private const double Margin = 0.095; // of the page's height

    /// <param name="pages">All pages.</param>
    /// <param name="title">Title in the file's metadata, which short documents repeat on a single page only.</param>
    /// <returns>The segments that are not part of the text, with their kind.</returns>
    public static Dictionary<TextSegment, BlockKind> Find(IReadOnlyList<PageContent> pages, string? title)
    {
        Dictionary<string, List<(int Page, TextSegment Segment, bool Top)>> candidates = new(StringComparer.Ordinal);
        Dictionary<TextSegment, BlockKind> found = new();
        foreach (PageContent page in pages)
        {
            foreach (TextSegment segment in page.Segments)
            {
                bool top = segment.Box.CenterY > page.Box.Height * (1 - Margin), bottom = segment.Box.CenterY < page.Box.Height * Margin;
                if (!top && !bottom)
                    continue;
                if (PageNumber().IsMatch(segment.Text) && IsOutermost(segment, page, top))
                {
                    found[segment] = BlockKind.PageNumber;
                    continue;
                }
                if (page.Number > 1 && title is { Length: > 3 } && segment.Text.Equals(title, StringComparison.OrdinalIgnoreCase))
                {
                    found[segment] = top ? BlockKind.Header : BlockKind.Footer;
                    continue;
                }
                string key = $"{(top ? 'T' : 'B')}{Math.Round(segment.Box.CenterY / 6)}|{Digits().Replace(segment.Text, "#")}";
                if (!candidates.TryGetValue(key, out List<(int Page, TextSegment Segment, bool Top)>? list))
                    candidates[key] = list = [];
                list.Add((page.Number, segment, top));
            }
        }
        int needed = pages.Count <= 3 ? 2 : Math.Max(2, pages.Count / 5); // running heads may change with the chapter, left and right
        foreach (List<(int Page, TextSegment Segment, bool Top)> list in candidates.Values)
        {
            if (list.Select(c => c.Page).Distinct().Count() < needed)
                continue;
            foreach ((_, TextSegment segment, bool top) in list)
                found[segment] = top ? BlockKind.Header : BlockKind.Footer;
        }
        return found;
    }

    /// <summary>No running text is further out than a page number.</summary>
    private static bool IsOutermost(TextSegment segment, PageContent page, bool top) => !page.Segments.Exists(other =>
        other != segment && other.Words.Count > 6
        && (top ? other.Box.Y0 > segment.Box.Y1 : other.Box.Y1 < segment.Box.Y0));

    [GeneratedRegex(@"^([-–—]\s*)?((page|seite|página|p\.)\s*)?(\d{1,4}|[ivxlc]{1,7})(\s*(/|of|von|de)\s*\d{1,4})?(\s*[-–—])?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PageNumber();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
