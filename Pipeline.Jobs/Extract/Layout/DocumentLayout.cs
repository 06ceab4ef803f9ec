using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Analyses all pages of a document together.</summary>
internal static class DocumentLayout
{
    /// <param name="pages">All pages.</param>
    /// <param name="title">Title in the file's metadata.</param>
    /// <param name="warnings">Takes pages that could not be understood.</param>
    /// <returns>Blocks in reading order, headers and footers included.</returns>
    public static List<TextBlock> Understand(IReadOnlyList<PageContent> pages, string? title, List<string> warnings)
    {
        Dictionary<TextSegment, BlockKind> heads = RunningHeads.Find(pages, title);
        foreach (TextSegment number in pages.SelectMany(LineNumbers.Find))
            heads.TryAdd(number, BlockKind.LineNumber);
        DocumentStyle style = new(pages.SelectMany(p => p.Segments).Where(s => !heads.ContainsKey(s)));
        BlockBuilder builder = new(style);
        List<TextBlock> blocks = new();
        foreach (PageContent page in pages)
        {
            int start = blocks.Count;
            List<TextBlock> body;
            try
            {
                body = OfPage(page, heads, style, builder);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                warnings.Add(DocumentProblems.PageAsPicture(page.Number, e));
                body = Picture(page, builder);
            }
            blocks.AddRange(Running(page, heads, BlockKind.Header));
            blocks.AddRange(body);
            builder.ContinueAcross(blocks, start
                + blocks.Skip(start).TakeWhile(b => b.Kind is BlockKind.Header or BlockKind.PageNumber).Count());
            blocks.AddRange(Running(page, heads, BlockKind.Footer));
        }
        TableJoiner.Join(blocks);
        HeadingLevels.Assign(blocks);
        NestLists(blocks);
        return blocks;
    }

    private static List<TextBlock> OfPage(
        PageContent page, Dictionary<TextSegment, BlockKind> heads, DocumentStyle style, BlockBuilder builder)
    {
        PageContent body = page with
        {
            Segments = DropCaps.Join(page.Segments.Where(s => !heads.ContainsKey(s)).ToList(), style.BodySize),
        };
        if (!page.HasText)
        {
            // A scan: the whole page is the picture. A blank page has none.
            return page.Graphics.TrueForAll(g => g.White) && !page.IsPicture ? [] : Picture(page, builder);
        }
        List<TableItem> tables = TableFinder.Find(body, style.BodySize);
        List<FigureItem> figures = FigureFinder.Find(body, tables, style.BodySize);
        List<LayoutItem> items = new([.. tables, .. figures]);
        items.AddRange(body.Segments
            .Where(s => !tables.Exists(t => t.Box.ContainsCenterOf(s.Box)) && !figures.Exists(f => FigureFinder.Holds(f, s)))
            .Select(s => new TextItem(s)));
        List<TextBlock> blocks = builder.Build(page.Number, ReadingOrder.Arrange(items, style.BodySize));
        CaptionMatcher.Match(blocks);
        DropKickers(blocks);
        return blocks;
    }

    private static List<TextBlock> Picture(PageContent page, BlockBuilder builder) =>
        builder.Build(page.Number, [[new FigureItem(page.Box, FigureKind.Page, 0, "")]]);

    /// <summary>A small line right above a larger heading names the series or the chapter; it heads nothing itself.</summary>
    private static void DropKickers(List<TextBlock> blocks)
    {
        for (int i = 1; i < blocks.Count; i++)
        {
            TextBlock kicker = blocks[i - 1], heading = blocks[i];
            if (kicker.Kind == BlockKind.Heading && heading.Kind == BlockKind.Heading && heading.Size >= 1.15 * kicker.Size
                && kicker.Box.Y0 >= heading.Box.Y1 - 2 && kicker.Box.Y0 - heading.Box.Y1 < 4 * heading.Size)
                kicker.Kind = BlockKind.Paragraph;
        }
    }

    private static IEnumerable<TextBlock> Running(PageContent page, Dictionary<TextSegment, BlockKind> heads, BlockKind place)
    {
        foreach (TextSegment segment in page.Segments.OrderByDescending(s => s.Baseline).ThenBy(s => s.Box.X0))
        {
            if (!heads.TryGetValue(segment, out BlockKind kind))
                continue;
            bool top = segment.Box.CenterY > page.Box.Height / 2;
            if (top != (place == BlockKind.Header))
                continue;
            yield return new TextBlock
            {
                Kind = kind,
                Page = page.Number,
                Box = segment.Box,
                Text = segment.Text,
                Size = segment.Size,
                Font = segment.Font,
                Bold = segment.Bold,
            };
        }
    }

    /// <summary>Depth of list items by their left edges, within each list.</summary>
    private static void NestLists(List<TextBlock> blocks)
    {
        Stack<double> edges = new();
        foreach (TextBlock block in blocks)
        {
            if (block.Kind != BlockKind.ListItem)
            {
                if (block.Kind is BlockKind.Heading or BlockKind.Paragraph)
                    edges.Clear();
                continue;
            }
            while (edges.Count > 0 && block.Indent < edges.Peek() - 4)
                edges.Pop();
            if (edges.Count == 0 || (block.Indent > edges.Peek() + 4 && block.Indent < edges.Peek() + 60))
                edges.Push(block.Indent);
            block.Level = Math.Min(6, edges.Count);
        }
    }
}
