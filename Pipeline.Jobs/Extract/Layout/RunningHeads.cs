using System.Globalization;
using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>
/// Finds what is repeated at the top and foot of pages, and page numbers. Whole lines are compared over the pages: the same text, or the
/// same text but for a number that counts with the pages. A single page has nothing to compare with and keeps all its lines.
/// </summary>
internal static partial class RunningHeads
{
    private const double Margin = 0.12; // of the page's height
    private const int OutermostLines = 3;

    /// <param name="pages">All pages.</param>
    /// <param name="title">Title in the file's metadata, which short documents repeat on a single page only.</param>
    /// <returns>The segments that are not part of the text, with their kind.</returns>
    public static Dictionary<TextSegment, BlockKind> Find(IReadOnlyList<PageContent> pages, string? title)
    {
        Dictionary<TextSegment, BlockKind> found = [];
        double bodySize = DocumentStyle.BodySizeOf(pages.SelectMany(p => p.Segments));
        if (pages.Count == 1)
        {
            foreach (Line line in Outermost(pages[0]).Where(l => IsAlone(l, pages[0])))
                Mark(found, line, BlockKind.PageNumber);
            if (found.Count == 0 && FarBelow(pages[0]) is { } number)
                found[number] = BlockKind.PageNumber;
            return found;
        }
        // Large type at the top of every page is the title of a form, not a running head.
        List<Line> outermost = [.. pages.SelectMany(Outermost).Where(l => l.Segments.TrueForAll(s => s.Size < 1.2 * bodySize))];
        Dictionary<string, List<Line>> candidates = new(StringComparer.Ordinal);
        foreach (Line line in outermost)
        {
            if (line.Page > 1 && title is { Length: > 3 } && line.Text.Equals(title, StringComparison.OrdinalIgnoreCase))
                Mark(found, line, line.Top ? BlockKind.Header : BlockKind.Footer);
            foreach (string key in KeysOf(line))
            {
                if (!candidates.TryGetValue(key, out List<Line>? list))
                    candidates[key] = list = [];
                list.Add(line);
            }
        }
        // Heads may change with the chapter and differ between left and right pages.
        int needed = pages.Count <= 3 ? 2 : Math.Max(2, Math.Min(pages.Count / 5, 8));
        foreach ((string key, List<Line> lines) in candidates)
        {
            Line[] alike = SameHeight(lines).ToArray();
            // A number that counts with the pages is one on a few pages already: the roman ones before the text.
            int fewest = key.Contains('#', StringComparison.Ordinal) ? Math.Min(needed, 3) : needed;
            if (alike.Select(l => l.Page).Distinct().Count() < fewest)
                continue;
            foreach (Line line in alike)
                Mark(found, line, IsNumberAlone(line.Text) ? BlockKind.PageNumber : line.Top ? BlockKind.Header : BlockKind.Footer);
        }
        foreach (Line line in NamingHeadings(pages, outermost, bodySize, found))
            Mark(found, line, line.Top ? BlockKind.Header : BlockKind.Footer);
        return found;
    }

    /// <summary>
    /// Lines at one height of many pages that name the chapter or section of their page. A chapter of a page or two has its name too seldom
    /// there to be found by repetition.
    /// </summary>
    private static IEnumerable<Line> NamingHeadings(
        IReadOnlyList<PageContent> pages, List<Line> outermost, double bodySize, Dictionary<TextSegment, BlockKind> found)
    {
        const int Fewest = 3;
        const double Most = 0.7, SameHeight = 4;
        Dictionary<string, int> headings = new(StringComparer.OrdinalIgnoreCase);   // with the first page they are on
        foreach (PageContent page in pages)
            foreach (TextSegment segment in page.Segments.Where(s => !found.ContainsKey(s) && (s.Bold || s.Size >= 1.12 * bodySize)))
                headings.TryAdd(NameOf(segment.Text), page.Number);
        IEnumerable<IGrouping<(bool, double, double), (Line Line, bool Names)>> places =
            from line in outermost
            where line.Segments.TrueForAll(s => s.Size < 1.12 * bodySize && !s.Bold && !found.ContainsKey(s))
            let names = headings.TryGetValue(NameOf(line.Text), out int at) && at <= line.Page
            group (line, names) by (line.Top, Math.Round(line.Baseline / SameHeight), line.Segments[0].Size);
        return places.Where(p => p.Count(l => l.Names) >= Fewest && p.Count(l => l.Names) >= Most * p.Count())
            .SelectMany(p => p.Where(l => l.Names).Select(l => l.Line));
    }

    /// <summary>The name in a heading or running head: without chapter, number and page.</summary>
    private static string NameOf(string text) =>
        PageNumberAround().Replace(ChapterNumber().Replace(text, ""), "").Trim(' ', '.', ':', '|', '–', '-');

    private static void Mark(Dictionary<TextSegment, BlockKind> found, Line line, BlockKind kind)
    {
        foreach (TextSegment segment in line.Segments)
            found.TryAdd(segment, kind);
    }

    /// <summary>Lines near the edges of a page, from outside; what is further in than other text is text itself.</summary>
    private static IEnumerable<Line> Outermost(PageContent page)
    {
        List<TextSegment> sorted = page.Segments.OrderByDescending(s => s.Baseline).ToList();
        List<Line> lines = [];
        foreach (TextSegment segment in sorted)
        {
            if (lines.Count > 0 && lines[^1].Baseline - segment.Baseline <= 0.5 * segment.Size)
                lines[^1].Segments.Add(segment);
            else
                lines.Add(new Line(page.Number, segment.Baseline, [segment]));
        }
        foreach (Line line in lines)
            line.Segments.Sort((a, b) => a.Box.X0.CompareTo(b.Box.X0));
        double top = page.Box.Height * (1 - Margin), bottom = page.Box.Height * Margin;
        foreach (Line line in Apart(lines).Where(l => l.Baseline > top))
        {
            line.Top = true;
            yield return line;
        }
        lines.Reverse();
        foreach (Line line in Apart(lines).Where(l => l.Baseline < bottom && !l.Top))
            yield return line;
    }

    /// <summary>The outermost lines where a gap parts them from the text; lines that the text follows without one are text.</summary>
    private static List<Line> Apart(List<Line> lines)
    {
        double[] gaps = [.. lines.Zip(lines.Skip(1), (a, b) => Math.Abs(a.Baseline - b.Baseline)).Order()];
        double usual = gaps.Length >= 8 ? gaps[gaps.Length / 2] : 0; // of a page of text: wide where it is set with double leading
        for (int i = 1; i < lines.Count && i <= OutermostLines; i++)
        {
            double size = Math.Max(lines[i].Segments[0].Size, lines[i - 1].Segments[0].Size);
            if (Math.Abs(lines[i].Baseline - lines[i - 1].Baseline) > Math.Max(1.75 * size, 1.12 * usual))
                return lines.GetRange(0, i);
        }
        return lines.Count <= OutermostLines ? lines : [];
    }

    /// <summary>On a single page: a number at its edge with nothing near it.</summary>
    private static bool IsAlone(Line line, PageContent page)
    {
        TextSegment number = line.Segments[0];
        return line.Segments.Count == 1 && IsNumberAlone(line.Text) && page.Segments.Sum(s => s.Words.Count) > 60
            && (line.Baseline < 0.09 * page.Box.Height || line.Baseline > 0.93 * page.Box.Height)
            && !page.Segments.Exists(s => s != number && Math.Abs(s.Baseline - number.Baseline) < 2.2 * Math.Max(s.Size, number.Size));
    }

    /// <summary>On a single page that is not full: a number in the middle, far below the text.</summary>
    private static TextSegment? FarBelow(PageContent page)
    {
        if (page.Segments.MinBy(s => s.Baseline) is not { } last || !IsNumberAlone(last.Text) || last.Baseline > 0.2 * page.Box.Height
            || Math.Abs(last.Box.CenterX - page.Box.CenterX) > 15 || page.Segments.Sum(s => s.Words.Count) <= 60)
            return null;
        return page.Segments.TrueForAll(s => s == last || s.Baseline - last.Baseline > 5 * s.Size)
            && page.Graphics.TrueForAll(g => Math.Abs(g.Box.CenterY - last.Baseline) > 3 * last.Size) ? last : null;
    }

    /// <summary>The text, and the text without the number that counts with the pages.</summary>
    private static IEnumerable<string> KeysOf(Line line)
    {
        char place = line.Top ? 'T' : 'B';
        yield return $"{place}|{line.Text}";
        foreach (Match number in Number().Matches(line.Text).Cast<Match>())
        {
            if (ValueOf(number.Value) is not { } value)
                continue;
            string before = line.Text[..number.Index], after = line.Text[(number.Index + number.Length)..];
            // Left and right pages carry the number on different sides.
            if (IsOutside(before) || IsOutside(after))
                yield return $"{place}|{before}#{after}|{value - line.Page}";
            if (IsOutside(before) && IsOutside(after))
                yield return $"{place}#|{value - line.Page}";
        }
        static bool IsOutside(string text) => text.Length == 0 || !text.Any(char.IsLetterOrDigit) || PageWord().IsMatch(text);
    }

    private static IEnumerable<Line> SameHeight(List<Line> lines)
    {
        const double Near = 8;
        double[] heights = lines.Select(l => l.Baseline).Order().ToArray();
        double usual = heights[heights.Length / 2];
        return lines.Where(l => Math.Abs(l.Baseline - usual) <= Near);
    }

    private static bool IsNumberAlone(string text) => NumberAlone().IsMatch(text);

    private static int? ValueOf(string number)
    {
        if (int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out int value))
            return value;
        int total = 0, last = 0;
        foreach (char c in number.ToLowerInvariant())
        {
            int digit = c switch { 'i' => 1, 'v' => 5, 'x' => 10, 'l' => 50, 'c' => 100, _ => 0 };
            if (digit == 0)
                return null;
            total += digit > last ? digit - 2 * last : digit;
            last = digit;
        }
        return total;
    }

    [GeneratedRegex(@"^((chapter|section|part|appendix|kapitel|teil|anhang|abschnitt|chapitre|partie|annexe|capítulo|parte|anexo"
        + @"|capitolo)\s+)?"
        + @"([\dIVXLC]+(\.\d+)*|[A-Z](\.\d+)+)?[.:]?\s+(?=\p{L})", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ChapterNumber();

    [GeneratedRegex(@"^\d{1,4}\s+|\s+\d{1,4}$", RegexOptions.CultureInvariant)]
    private static partial Regex PageNumberAround();

    [GeneratedRegex(@"(?<![\p{L}\d.,])(\d{1,5}|[ivxlc]{1,7}|[IVXLC]{1,7})(?![\p{L}\d]|[.,]\d)", RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex(
        @"^([-–—|]\s*)?((page|seite|página|pagina|pág\.|p\.)\s*)?(\d{1,5}|[ivxlc]{1,7})(\s*(/|of|von|de|sur)\s*\d{1,5})?(\s*[-–—|])?$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex NumberAlone();

    [GeneratedRegex(@"^\W*(page|seite|página|pagina|pág\.?|p\.?|of|von|de|sur|\d+|\W)+\W*$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex PageWord();

    private sealed record Line(int Page, double Baseline, List<TextSegment> Segments)
    {
        public bool Top { get; set; }

        public string Text => string.Join(' ', Segments.Select(s => s.Text));
    }
}
