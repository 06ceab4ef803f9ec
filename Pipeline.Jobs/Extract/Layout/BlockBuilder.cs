using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Turns the runs of a page into blocks: paragraphs, list items, headings, captions, tables, figures.</summary>
internal sealed partial class BlockBuilder(DocumentStyle style)
{
    public List<TextBlock> Build(int page, List<List<LayoutItem>> stretches)
    {
        List<TextBlock> blocks = new();
        foreach (List<LayoutItem> stretch in stretches)
        {
            int firstOfStretch = blocks.Count;
            List<TextItem> texts = new();
            foreach (LayoutItem item in stretch)
            {
                if (item is TextItem text)
                {
                    texts.Add(text);
                    continue;
                }
                AddText(page, texts, blocks);
                texts.Clear();
                blocks.Add(new TextBlock
                {
                    Kind = item is TableItem ? BlockKind.Table : BlockKind.Figure,
                    Page = page,
                    Box = item.Box,
                    Text = item is FigureItem figure ? figure.Words : "",
                    Size = 0,
                    Font = -1,
                    Bold = false,
                    Item = item,
                });
            }
            AddText(page, texts, blocks);
            ContinueAcross(blocks, firstOfStretch);
        }
        return blocks;
    }

    /// <summary>Joins a paragraph with its continuation at the top of the next column or page.</summary>
    public void ContinueAcross(List<TextBlock> blocks, int start)
    {
        int next = start;
        while (next < blocks.Count && blocks[next].Kind is BlockKind.Figure or BlockKind.Table or BlockKind.Caption)
            next++;
        int last = start - 1;
        while (last >= 0 && blocks[last].Kind
            is BlockKind.Figure or BlockKind.Table or BlockKind.Caption or BlockKind.Header or BlockKind.Footer or BlockKind.PageNumber)
            last--;
        if (last < 0 || next >= blocks.Count)
            return;
        TextBlock before = blocks[last], after = blocks[next];
        bool open = before.Kind is BlockKind.Paragraph or BlockKind.ListItem && before.Text.Length > 20
            && !SentenceEnd().IsMatch(before.Text);
        bool goesOn = after.Kind == BlockKind.Paragraph && Math.Abs(before.Size - after.Size) <= 0.5
            && (char.IsLower(after.Text[0]) || before.Text.EndsWith('-') || char.IsDigit(after.Text[0]) || OpenEnd().IsMatch(before.Text));
        if (!open || !goesOn)
            return;
        before.Text = style.Join(before.Text, after.Text);
        before.Continued.Add(new BlockRegion(after.Page, after.Box));
        before.Continued.AddRange(after.Continued);
        blocks.RemoveAt(next);
    }

    private void AddText(int page, List<TextItem> items, List<TextBlock> blocks)
    {
        if (items.Count == 0)
            return;
        List<TextLine> lines = TextLine.Of(items.Select(i => i.Segment));
        double right = lines.Max(l => l.Box.X1), leading = MedianLeading(lines);
        List<TextLine> current = new();
        foreach (TextLine line in lines)
        {
            if (current.Count > 0 && StartsBlock(current, line, right, leading))
            {
                blocks.Add(ToBlock(page, current));
                current = [];
            }
            current.Add(line);
        }
        blocks.Add(ToBlock(page, current));
    }

    private double MedianLeading(List<TextLine> lines)
    {
        double[] gaps = lines.Zip(lines.Skip(1), (a, b) => a.Baseline - b.Baseline)
            .Where(g => g > 0.8 * style.BodySize && g < 2.2 * style.BodySize).Order().ToArray();
        return gaps.Length > 0 ? gaps[gaps.Length / 2] : 1.25 * style.BodySize;
    }

    private bool StartsBlock(List<TextLine> current, TextLine line, double right, double leading)
    {
        TextLine last = current[^1], first = current[0];
        double gap = last.Baseline - line.Baseline;
        double usual = Math.Max(leading, 1.2 * Math.Max(last.Size, line.Size));
        if (gap > 1.28 * usual)
            return true;
        if (Math.Abs(line.Size - last.Size) > 0.08 * Math.Max(line.Size, last.Size) || line.Bold != last.Bold)
            return true;
        if (ListMarker().IsMatch(line.Text) && line.Box.X0 <= first.Box.X0 + 1.5 * line.Size && !line.Bold)
            return StartsListItem(current, line, right);
        if (CaptionText.IsCaption(line.Text) && !CaptionText.IsCaption(first.Text))
            return true;
        if (ListMarker().IsMatch(first.Text))
            return line.Box.X0 < first.Box.X0 - 1 || (line.Box.X0 < first.Box.X0 + 2 && gap > 1.12 * leading);
        // First-line indent: further in than the lines before, which themselves are not.
        bool indented = line.Box.X0 > last.Box.X0 + 0.8 * line.Size && line.Box.X0 < last.Box.X0 + 4 * line.Size;
        bool shortLine = last.Box.X1 < right - 0.12 * (right - last.Box.X0);
        return (indented && (current.Count > 1 || shortLine)) || (shortLine && indented)
            || (shortLine && gap > 1.1 * leading && SentenceEnd().IsMatch(last.Text));
    }

    /// <summary>A dash or number at a line's start may be plain text: it is a marker where the line before has ended.</summary>
    private static bool StartsListItem(List<TextLine> current, TextLine line, double right)
    {
        TextLine last = current[^1];
        bool bullet = Bullet().IsMatch(line.Text);
        return bullet || SentenceEnd().IsMatch(last.Text) || last.Text.EndsWith(';') || last.Box.X1 < right - 0.12 * (right - last.Box.X0)
            || ListMarker().IsMatch(current[0].Text);
    }

    private TextBlock ToBlock(int page, List<TextLine> lines)
    {
        string text = lines.Select(l => l.Text).Aggregate("", style.Join);
        TextLine main = lines.MaxBy(l => l.Text.Length)!;
        Match marker = ListMarker().Match(text);
        BlockKind kind = CaptionText.IsCaption(text) ? BlockKind.Caption
            : IsHeading(lines, text) ? BlockKind.Heading
            : marker.Success && text.Length > marker.Length ? BlockKind.ListItem
            : BlockKind.Paragraph;
        return new TextBlock
        {
            Kind = kind,
            Page = page,
            Box = lines.Select(l => l.Box).Aggregate((a, b) => a.Union(b)),
            Text = kind == BlockKind.ListItem ? text[marker.Length..] : text,
            Marker = kind == BlockKind.ListItem ? MarkerOf(marker.Value) : null,
            Indent = lines[0].Box.X0,
            Size = main.Size,
            Font = main.Font,
            Bold = lines.TrueForAll(l => l.Bold),
        };
    }

    private bool IsHeading(List<TextLine> lines, string text)
    {
        if (lines.Count > 4 || text.Length > 180 || !text.Any(char.IsLetter))
            return false;
        double size = lines.Max(l => l.Size);
        bool larger = size >= 1.12 * style.BodySize;
        bool bold = lines.TrueForAll(l => l.Bold) && !style.BodyIsBold && size >= 0.95 * style.BodySize;
        bool sentence = text.Length > 60 && text.EndsWith('.');
        if (larger)
            return !sentence && (text.Length <= 120 || size >= 1.3 * style.BodySize);
        return bold && !sentence && lines.Count <= 2 && !text.EndsWith(':') && !text.EndsWith(',')
            && (char.IsUpper(text[0]) || char.IsDigit(text[0]));
    }

    private static string MarkerOf(string marker)
    {
        string plain = marker.Trim();
        return char.IsLetterOrDigit(plain.TrimStart('(')[0]) ? plain : "-";
    }

    [GeneratedRegex(@"^([•‣▪◦●○■□➢✓·*–—-]|\(?(\d{1,2}|[a-z])[.)])\s+", RegexOptions.CultureInvariant)]
    private static partial Regex ListMarker();

    [GeneratedRegex(@"^[•‣▪◦●○■□➢✓]\s+")]
    private static partial Regex Bullet();

    [GeneratedRegex(@"[.!?:][\)\]""”’']*$")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"(,|\b(a|an|the|of|to|in|and|or|for|with|by|is|are|that|at|on|from|as|be|was|were|than))$", RegexOptions.IgnoreCase)]
    private static partial Regex OpenEnd();
}
