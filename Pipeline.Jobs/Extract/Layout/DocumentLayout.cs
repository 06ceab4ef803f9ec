using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Tables;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Analyses all pages of a document together.</summary>
internal static class DocumentLayout
{
    /// <summary>Characters that run another way than the rest of their page: fewer are the label of an axis or a stamp.</summary>
    public const int WorthAWarning = 20;

    /// <param name="pages">All pages; each is released as soon as its layout is known.</param>
    /// <param name="title">Title in the file's metadata.</param>
    /// <param name="outline">Bookmarks.</param>
    /// <param name="warnings">Takes pages that could not be understood.</param>
    /// <returns>Blocks in reading order, headers and footers included.</returns>
    public static List<TextBlock> Understand(
        IReadOnlyList<PageContent> pages, string? title, IReadOnlyList<OutlineEntry> outline, List<string> warnings)
    {
        Dictionary<TextSegment, BlockKind> heads = RunningHeads.Find(pages, title);
        foreach (TextSegment number in pages.SelectMany(LineNumbers.Find))
            heads.TryAdd(number, BlockKind.LineNumber);
        foreach (PageContent page in pages)
            foreach (TextSegment furniture in page.Segments.Where(s => s.Mark == MarkedText.Artifact && IsNearEdge(s, page)))
                heads.TryAdd(furniture, furniture.Box.CenterY > page.Box.CenterY ? BlockKind.Header : BlockKind.Footer);
        DocumentStyle style = new(pages.SelectMany(p => p.Segments).Where(s => !heads.ContainsKey(s)), pages.SelectMany(p => p.LeftOut));
        BlockBuilder builder = new(style);
        List<TextBlock> blocks = new();
        foreach (PageContent page in pages)
        {
            int start = blocks.Count;
            List<TextBlock> body;
            try
            {
                body = OfPage(page, heads, style, builder, warnings);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                warnings.Add(DocumentProblems.PageAsPicture(page.Number, e));
                body = Picture(page with { Segments = page.Segments.FindAll(s => !heads.ContainsKey(s)) }, builder);
            }
            PageAccounting.Count(page, heads, body);
            blocks.AddRange(Running(page, heads, BlockKind.Header));
            blocks.AddRange(body);
            builder.ContinueAcross(blocks, start
                + blocks.Skip(start).TakeWhile(b => b.Kind is BlockKind.Header or BlockKind.PageNumber).Count());
            blocks.AddRange(Running(page, heads, BlockKind.Footer));
            page.Release();
        }
        TableJoiner.Join(blocks, pages);
        NumberedHeadings.Promote(blocks);
        FrontMatter.Demote(blocks);
        HeadingLevels.Assign(blocks, outline);
        NestLists(blocks);
        return blocks;
    }

    /// <summary>What a file calls furniture is believed at the top and foot of a page; elsewhere it may be a cell or a label.</summary>
    private static bool IsNearEdge(TextSegment segment, PageContent page) =>
        segment.Baseline > 0.85 * page.Box.Height || segment.Baseline < 0.15 * page.Box.Height;

    private static List<TextBlock> OfPage(
        PageContent page, Dictionary<TextSegment, BlockKind> heads, DocumentStyle style, BlockBuilder builder, List<string> warnings)
    {
        PageContent body = page with
        {
            Segments = DropCaps.Join(page.Segments.Where(s => !heads.ContainsKey(s)).ToList(), style.BodySize),
            Graphics = page.Graphics.FindAll(g => !page.Formulas.Any(f => f.IsPicture && f.Shown.ContainsCenterOf(g.Box))),
        };
        if (page.IsPicture || (!page.HasText && page.Graphics.Exists(g => !g.White)))
            return Picture(body, builder);
        List<List<Box>> cards = CardFinder.Find(body);
        List<TableItem> tables = TableFinder.Find(body, style.BodySize);
        tables.RemoveAll(t => cards.Exists(group => group.Count(c => t.Box.ContainsCenterOf(c)) > 1));
        List<FigureItem> figures = FigureFinder.Find(body, tables, style.BodySize);
        HashSet<TextSegment> present = page.Formulas.Count > 0 ? [.. body.Segments] : [];    // without furniture and joined drop caps
        List<FormulaItem> formulas = [.. page.Formulas.Where(f => f.Lettering.All(present.Contains)
            && !tables.Exists(t => t.Box.ContainsCenterOf(f.Shown)) && !figures.Exists(g => g.Box.ContainsCenterOf(f.Shown)))];
        List<LayoutItem> items = new([.. tables, .. figures, .. formulas]);
        items.AddRange(body.Segments
            .Where(s => !tables.Exists(t => t.Box.ContainsCenterOf(s.Box)) && !figures.Exists(f => FigureFinder.Holds(f, s))
                && !formulas.Exists(f => f.Lettering.Contains(s)))
            .Select(s => new TextItem(s)));
        foreach (List<Box> group in cards)
            Gather(group, items);
        List<TextBlock> blocks = builder.Build(page.Number, ReadingOrder.Arrange(items, style.BodySize));
        CaptionMatcher.Match(blocks);
        foreach (TextBlock figure in blocks.Where(b => b.Caption is null && b.Item is FigureItem { Alt: not null }))
            figure.Caption = ((FigureItem)figure.Item!).Alt;
        DropKickers(blocks);
        AddSideways(page, tables, figures, blocks, warnings);
        return blocks;
    }

    /// <summary>Makes one item of what stands in a group of boxes.</summary>
    private static void Gather(List<Box> cards, List<LayoutItem> items)
    {
        List<List<LayoutItem>> inside = cards.ConvertAll(c => items.FindAll(i => c.ContainsCenterOf(i.Box)));
        HashSet<LayoutItem> taken = [.. inside.SelectMany(i => i)];
        items.RemoveAll(taken.Contains);
        items.Add(new CardsItem(cards.Aggregate((a, b) => a.Union(b)), inside));
    }

    /// <summary>Text that runs up or down beside the text is furniture; elsewhere it follows the rest of the page.</summary>
    private static void AddSideways(
        PageContent page, List<TableItem> tables, List<FigureItem> figures, List<TextBlock> blocks, List<string> warnings)
    {
        int among = 0;
        double left = page.Segments.Select(s => s.Box.X0).DefaultIfEmpty(page.Box.X1).Min() + 2;
        double right = page.Segments.Select(s => s.Box.X1).DefaultIfEmpty(page.Box.X0).Max() - 2;
        foreach (TextSegment segment in page.Sideways)
        {
            if (tables.Exists(t => t.Box.ContainsCenterOf(segment.Box)) || figures.Exists(f => FigureFinder.Holds(f, segment)))
                continue;
            bool margin = segment.Turn != 2 && page.Segments.Count > 0 && (segment.Box.X1 <= left || segment.Box.X0 >= right);
            blocks.Add(Plain(page, segment, margin ? BlockKind.Header : BlockKind.Paragraph));
            among += margin ? 0 : segment.Glyphs;
        }
        if (among >= WorthAWarning)
            warnings.Add($"page {page.Number}: {among} characters run sideways among upright text; they follow the rest of the page");
    }

    private static TextBlock Plain(PageContent page, TextSegment segment, BlockKind kind) => new()
    {
        Kind = kind,
        Page = page.Number,
        Box = segment.Box,
        Text = segment.Text,
        Size = segment.Size,
        Font = segment.Font,
        Bold = segment.Bold,
        Words = [.. segment.Words],
    };

    /// <summary>The page as one picture, with what little text is on it.</summary>
    private static List<TextBlock> Picture(PageContent page, BlockBuilder builder)
    {
        List<TextSegment> stray = [.. page.Segments, .. page.Sideways];
        FigureItem picture = new(page.Box, FigureKind.Page, 0, string.Join(" | ", stray.Select(s => s.Text))) { Lettering = [.. stray] };
        return builder.Build(page.Number, [[picture]]);
    }

    /// <summary>
    /// A small line right above a larger heading names the series or the chapter; it heads nothing itself. Where several such lines of one
    /// page look alike, they are the heads and what follows is large text.
    /// </summary>
    private static void DropKickers(List<TextBlock> blocks)
    {
        const int Several = 3;
        List<TextBlock> kickers = new();
        for (int i = 1; i < blocks.Count; i++)
        {
            TextBlock kicker = blocks[i - 1], heading = blocks[i];
            if (kicker.Kind == BlockKind.Heading && heading.Kind == BlockKind.Heading
                && (heading.Size >= 1.15 * kicker.Size || (heading.Size >= kicker.Size && HeadingLevels.IsPartNumber(kicker.Text)))
                && kicker.Box.Y0 >= heading.Box.Y1 - 2 && kicker.Box.Y0 - heading.Box.Y1 < 4 * heading.Size)
                kickers.Add(kicker);
        }
        foreach (TextBlock kicker in kickers)
            if (kickers.Count(k => Math.Abs(k.Size - kicker.Size) < 0.3) < Several) kicker.Kind = BlockKind.Paragraph;
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
            yield return Plain(page, segment, kind);
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
