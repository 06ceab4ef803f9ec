using System.Text.RegularExpressions;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Turns the runs of a page into blocks: paragraphs, list items, headings, captions, tables, figures.</summary>
internal sealed partial class BlockBuilder(DocumentStyle style)
{
    private const int LongestTaggedHeading = 250;

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
                    Kind = item is TableItem ? BlockKind.Table : item is FormulaItem ? BlockKind.Formula : BlockKind.Figure,
                    Page = page,
                    Box = item.Box,
                    Text = item is FigureItem figure ? figure.Words : item is FormulaItem formula ? formula.Words : "",
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
        while (last >= 0 && (blocks[last].IsNote || blocks[last].Kind.IsFurniture()
            || blocks[last].Kind is BlockKind.Figure or BlockKind.Table or BlockKind.Caption))
            last--;
        if (last < 0 || next >= blocks.Count)
            return;
        TextBlock before = blocks[last], after = blocks[next];
        bool open = before.Kind is BlockKind.Paragraph or BlockKind.ListItem && before.Text.Length > 20
            && !SentenceEnd().IsMatch(before.Text);
        bool goesOn = after.Kind == BlockKind.Paragraph && Math.Abs(before.Size - after.Size) <= 0.5
            && (char.IsLower(after.Text[0]) || before.Text.EndsWith('-') || char.IsDigit(after.Text[0]) || OpenEnd().IsMatch(before.Text));
        if (!open || !goesOn || (EntryOf(before.Text).Success && EntryOf(after.Text).Success))
            return;
        before.Text = style.Join(before.Text, after.Text);
        before.Words.AddRange(after.Words);
        before.Continued.Add(new BlockRegion(after.Page, after.Box));
        before.Continued.AddRange(after.Continued);
        blocks.RemoveAt(next);
    }

    private void AddText(int page, List<TextItem> items, List<TextBlock> blocks)
    {
        if (items.Count == 0)
            return;
        List<TextLine> lines = TextLine.Of(items.Select(i => i.Segment));
        double leading = MedianLeading(lines);
        bool[] contents = ContentsEntries(lines);
        bool[] marked = RepeatedMarkers(lines);
        bool[] listed = AddressLines(lines);
        List<TextLine> current = new();
        for (int i = 0; i < lines.Count; i++)
        {
            TextLine line = lines[i];
            int code = CodeLines(lines, i);
            if (code > 0)
            {
                if (current.Count > 0) blocks.Add(ToBlock(page, current, marked[i - current.Count]));
                current = [];
                blocks.Add(CodeBlock.Of(page, lines.GetRange(i, code)));
                i += code - 1;
                continue;
            }
            bool entry = contents[i] || listed[i] || (i > 0 && contents[i - 1]);
            if (current.Count > 0 && (entry || StartsBlock(current, line, RightEdge(lines, i), leading, marked[i])))
            {
                blocks.Add(ToBlock(page, current, marked[i - current.Count], contents[i - 1]));
                current = [];
            }
            current.Add(line);
        }
        if (current.Count > 0)
            blocks.Add(ToBlock(page, current, marked[lines.Count - current.Count], contents[^1]));
    }

    /// <summary>How many lines from here on are set in typewriter type: a program. None where all text is.</summary>
    private int CodeLines(List<TextLine> lines, int start)
    {
        int end = start;
        while (!style.BodyIsMonospaced && end < lines.Count && lines[end].Monospaced
            && (end == start || lines[end - 1].Baseline - lines[end].Baseline < 3.2 * lines[end].Size))
            end++;
        return end - start == 1 && GoesOnFrom(lines, start) ? 0 : end - start;
    }

    /// <summary>A single line may be the end of a paragraph that happens to be all in typewriter type.</summary>
    private static bool GoesOnFrom(List<TextLine> lines, int at)
    {
        if (at == 0 || lines[at - 1].Monospaced)
            return false;
        TextLine last = lines[at - 1], line = lines[at];
        return last.Baseline - line.Baseline < 1.45 * last.Size && line.Box.X0 < last.Box.X0 + 2
            && line.Box.X0 > last.Box.X0 - (3 * last.Size) && Math.Abs(line.Size - last.Size) < 0.15 * last.Size
            && !SentenceEnd().IsMatch(last.Text)
            && !EndedEarly(last, line, RightEdge(lines, at - 1));
    }

    /// <summary>Right edge of the lines around one.</summary>
    private static double RightEdge(List<TextLine> lines, int at)
    {
        double right = 0;
        for (int i = Math.Max(0, at - 5); i < Math.Min(lines.Count, at + 5); i++)
            if (Math.Abs(lines[i].Size - lines[at].Size) < 1) right = Math.Max(right, lines[i].Box.X1);
        return right;
    }

    /// <summary>Lines of a table of contents: several, each ending with a page number, which grow.</summary>
    private static bool[] ContentsEntries(List<TextLine> lines)
    {
        const int Near = 3; // lines
        bool[] entries = new bool[lines.Count];
        int last = 0, lastAt = -Near;
        for (int i = 0; i < lines.Count; i++)
        {
            Match number = EntryOf(lines[i].Text);
            if (!number.Success)
                continue;
            bool roman = !int.TryParse(number.Groups["page"].Value, out int value);
            // A number far above, such as a year, says nothing about this list.
            if (!roman && value < last && i - lastAt <= Near && !Leader().IsMatch(lines[i].Text))
                continue;
            (last, lastAt) = (roman ? last : value, i);
            entries[i] = true;
        }
        // A single line that ends with a number is none.
        for (int i = 0; i < entries.Length; i++)
        {
            if (!entries[i])
                continue;
            int near = 0;
            for (int j = Math.Max(0, i - Near); j <= Math.Min(entries.Length - 1, i + Near); j++) near += entries[j] ? 1 : 0;
            if (near < 3 && !Leader().IsMatch(lines[i].Text)) entries[i] = false;
        }
        return entries;
    }

    /// <summary>The end of a line says at once whether it can be an entry; the expression searches long in lines that cannot.</summary>
    private static Match EntryOf(string line)
    {
        int start = line.Length;
        while (start > 0 && char.IsDigit(line[start - 1]))
            start--;
        if (start == line.Length)
            while (start > 0 && line[start - 1] is ('i' or 'v' or 'x' or 'l' or 'c')) start--;
        bool apart = start > 0 && start < line.Length
            && (char.IsWhiteSpace(line[start - 1]) || line[start - 1] is '.' or '·' or '…' or '_');
        return apart ? ContentsEntry().Match(line) : Match.Empty;
    }

    /// <summary>Whether a dash or star at the start of a line marks an item: it does where others do.</summary>
    private static bool[] RepeatedMarkers(List<TextLine> lines)
    {
        bool[] marked = new bool[lines.Count];
        for (int i = 0; i < lines.Count; i++)
            marked[i] = ListMarker().IsMatch(lines[i].Text) && (Bullet().IsMatch(lines[i].Text) || char.IsLetterOrDigit(lines[i].Text[0])
                || lines[i].Text[0] == '(' || lines.Count(l => l.Text[0] == lines[i].Text[0] && ListMarker().IsMatch(l.Text)) > 1);
        return marked;
    }

    /// <summary>Lines of an address, of a card or of a short list without marks: each begins anew and says little.</summary>
    private bool[] AddressLines(List<TextLine> lines)
    {
        const int Fewest = 3, MostWords = 5, MostLines = 8;
        bool[] listed = new bool[lines.Count];
        int start = 0;
        for (int i = 1; i <= lines.Count; i++)
        {
            if (i < lines.Count && IsShort(lines[i]) && IsShort(lines[i - 1])
                && lines[i - 1].Baseline - lines[i].Baseline < 1.7 * lines[i].Size && Math.Abs(lines[i].Size - lines[i - 1].Size) < 0.3
                && Math.Abs(lines[i].Box.X0 - lines[i - 1].Box.X0) < 2)
                continue;
            if (i - start is >= Fewest and <= MostLines && lines.Skip(start).Take(i - start).Any(l => l.Text.Any(char.IsDigit)))
                for (int line = start + 1; line < i; line++) listed[line] = true;
            start = i;
        }
        return listed;
        bool IsShort(TextLine line) => line.Words.Count <= MostWords && line.Size < 1.12 * style.BodySize
            && (!line.Bold || style.BodyIsBold) && (char.IsUpper(line.Text[0]) || char.IsAsciiDigit(line.Text[0]))
            && line.Text[^1] is not (',' or ';' or '-' or '.')
            && !OpenEnd().IsMatch(line.Text);
    }

    private double MedianLeading(List<TextLine> lines)
    {
        double[] all = lines.Zip(lines.Skip(1), (a, b) => a.Baseline - b.Baseline).Where(g => g > 0.8 * style.BodySize).Order().ToArray();
        double[] gaps = all.Where(g => g < 2.2 * style.BodySize).ToArray();
        // Double leading: nearly all lines are as far apart.
        if (gaps.Length == 0 && all.Length >= 5 && all[all.Length / 2] is var wide && wide < 3.2 * style.BodySize
            && all.Count(g => Math.Abs(g - wide) < 0.04 * wide) > 0.7 * all.Length)
            return wide;
        return gaps.Length > 0 ? gaps[gaps.Length / 2] : 1.25 * style.BodySize;
    }

    private bool StartsBlock(List<TextLine> current, TextLine line, double right, double leading, bool marked)
    {
        TextLine last = current[^1], first = current[0];
        double gap = last.Baseline - line.Baseline;
        double usual = Math.Max(leading, 1.2 * Math.Max(last.Size, line.Size));
        bool title = Math.Min(line.Size, last.Size) >= 1.3 * style.BodySize && Math.Abs(line.Size - last.Size) < 0.5
            && line.Bold == last.Bold && gap < 1.75 * line.Size && !SentenceEnd().IsMatch(last.Text) && !Numbered().IsMatch(line.Text);
        if ((gap > 1.28 * usual && !title) || line.Mark != last.Mark)
            return true;
        if (Math.Abs(line.Size - last.Size) > 0.08 * Math.Max(line.Size, last.Size) || line.Bold != last.Bold)
            return true;
        if (title)
            return false;
        if (marked && !line.Bold
            && (line.Box.X0 <= first.Box.X0 + 1.5 * line.Size || EndedEarly(last, line, right) || Bullet().IsMatch(line.Text)
                || last.Text[^1] is ',' or ';' or ':'))
            return StartsListItem(current, line, right);
        if (CaptionText.IsCaption(line.Text) && !CaptionText.IsCaption(first.Text))
            return true;
        if (RaisedMark().IsMatch(line.Text) && RaisedMark().IsMatch(first.Text))
            return true;
        if (KeyAndValue().IsMatch(line.Text) && line.Box.Width < 0.6 * (right - line.Box.X0)
            && (SentenceEnd().IsMatch(last.Text) || KeyAndValue().IsMatch(last.Text)))
            return true;
        bool large = line.Size >= 1.12 * style.BodySize || (line.Bold && !style.BodyIsBold);
        bool divided = last.Text.Length > 2 && last.Text[^1] == '-' && char.IsLetterOrDigit(last.Text[^2]);
        if (!large && !divided && EndedEarly(last, line, right) && Math.Abs(line.Box.X0 - last.Box.X0) < 1.5 * line.Size
            && (SentenceEnd().IsMatch(last.Text) || last.Text.EndsWith(';') || !char.IsLower(line.Text[0])))
            return true;
        if (ListMarker().IsMatch(first.Text))
            return line.Box.X0 < first.Box.X0 - 1 || (line.Box.X0 < first.Box.X0 + 2 && gap > 1.12 * leading);
        // First-line indent: further in than the lines before, which themselves are not.
        bool indented = line.Box.X0 > last.Box.X0 + 0.8 * line.Size && line.Box.X0 < last.Box.X0 + 4 * line.Size;
        bool shortLine = last.Box.X1 < right - 0.12 * (right - last.Box.X0);
        return (indented && (current.Count > 1 || shortLine)) || (shortLine && indented)
            || (shortLine && gap > 1.1 * leading && SentenceEnd().IsMatch(last.Text));
    }

    /// <summary>The first word of a line would have found room on the line above: the line was ended on purpose.</summary>
    private static bool EndedEarly(TextLine last, TextLine line, double right) =>
        last.Box.X1 + line.FirstWordWidth + 1.2 * line.Size < right;

    /// <summary>A dash or number at a line's start may be plain text: it is a marker where the line before has ended.</summary>
    private static bool StartsListItem(List<TextLine> current, TextLine line, double right)
    {
        TextLine last = current[^1];
        bool bullet = Bullet().IsMatch(line.Text);
        return bullet || SentenceEnd().IsMatch(last.Text) || last.Text[^1] is ';' or ','
            || last.Box.X1 < right - 0.12 * (right - last.Box.X0)
            || ListMarker().IsMatch(current[0].Text);
    }

    private TextBlock ToBlock(int page, List<TextLine> lines, bool marked, bool contentsEntry = false)
    {
        string text = lines.Select(l => l.Text).Aggregate("", style.Join);
        TextLine main = lines.MaxBy(l => l.Text.Length)!;
        Match marker = ListMarker().Match(text);
        byte level = lines[0].Mark is > 0 and < MarkedText.Artifact && text.Length <= LongestTaggedHeading ? lines[0].Mark : (byte)0;
        BlockKind kind = contentsEntry ? BlockKind.Paragraph
            : level > 0 ? BlockKind.Heading
            : lines.Count == 1 && ContentsTitle().IsMatch(text) ? BlockKind.Heading
            : CaptionText.IsCaption(text) ? BlockKind.Caption
            : IsHeading(lines, text) ? BlockKind.Heading
            : marker.Success && marked && text.Length > marker.Length ? BlockKind.ListItem
            : BlockKind.Paragraph;
        return new TextBlock
        {
            Kind = kind,
            TagLevel = level,
            IsNote = kind is BlockKind.Paragraph or BlockKind.ListItem && main.Size <= 0.94 * style.BodySize && NoteMark().IsMatch(text),
            Page = page,
            Box = lines.Select(l => l.Box).Aggregate((a, b) => a.Union(b)),
            Text = kind == BlockKind.ListItem ? text[marker.Length..] : text,
            Marker = kind == BlockKind.ListItem ? MarkerOf(marker.Value) : null,
            Indent = lines[0].Box.X0,
            Size = main.Size,
            Font = main.Font,
            Bold = lines.TrueForAll(l => l.Bold),
            Words = [.. lines.SelectMany(l => l.Words)],
        };
    }

    private bool IsHeading(List<TextLine> lines, string text)
    {
        if (lines.Count > 4 || text.Length > 180 || !text.Any(char.IsLetter) || BrokenOff().IsMatch(text) || DateText.Is(text))
            return false;
        double size = lines.Max(l => l.Size);
        bool larger = size >= 1.12 * style.BodySize;
        // A numbered heading may hold a word in other type.
        bool numbered = lines.Count == 1 && Numbered().IsMatch(text) && lines[0].BoldShare > 0.5;
        bool brief = lines.Count <= 2 && text.Count(c => c == ' ') <= 5 && text.Length > 6;
        bool bold = (numbered || lines.TrueForAll(l => l.Bold)) && !style.BodyIsBold && size >= (brief ? 0.75 : 0.95) * style.BodySize;
        // A line of several pieces far apart is a head or foot of the page, or a row.
        if (lines.TrueForAll(l => l.WidestGap > 4 * l.Size))
            return false;
        bool sentence = text.EndsWith('.') && (text.Length > 60 || (size < 1.3 * style.BodySize && text.Count(c => c == ' ') >= 3))
            && !Numbered().IsMatch(text);
        if (larger && !lines.TrueForAll(l => l.Bold) && size < 1.3 * style.BodySize && style.CharactersOf(size) > 400)
            return false;
        if (larger)
            return !sentence && (text.Length <= 120 || size >= 1.3 * style.BodySize);
        return bold && !sentence && lines.Count <= 2 && !(text.EndsWith(':') && (lines.Count > 1 || text.Length < 9)) && !text.EndsWith(',')
            && (char.IsUpper(text[0]) || char.IsDigit(text[0]));
    }

    private static string MarkerOf(string marker)
    {
        string plain = marker.Trim().Replace('．', '.');
        if ("☐❏❑❒□".Contains(plain[0], StringComparison.Ordinal))
            return "[ ]";
        if ("☑☒✓✔✗✘☓".Contains(plain[0], StringComparison.Ordinal))
            return "[x]";
        return char.IsLetterOrDigit(plain.TrimStart('(')[0]) ? plain : "-";
    }

    private const string Bullets = "•‣▪▫◦●○■□➢✓✔✗✘☓☐☑☒❏❑❒❖◆◇►▶▸▹➤➔→➜⁃∙⦁⁌⁍★☆✦✧✱✻❯";

    [GeneratedRegex(@"^([" + Bullets + @"·*–—-]\s+|\(?(\d{1,2}|[a-z]|[ivx]{1,5})[.)]\s+|\d{1,2}．\s*)", RegexOptions.CultureInvariant)]
    private static partial Regex ListMarker();

    [GeneratedRegex(@"^\S.*[\p{L})\]?!”""’'].*?[\s.·…_]+(?<page>\d{1,4}|[ivxlc]{1,6})$", RegexOptions.CultureInvariant)]
    private static partial Regex ContentsEntry();

    [GeneratedRegex(@"^((table of )?contents|índice|contenido|inhalt(sverzeichnis)?|sommaire|table des matières|sumário|indice|sommario)$",
        RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex ContentsTitle();

    [GeneratedRegex(@"^\d{1,2}(\.\d{1,2})*\.?\s")]
    private static partial Regex Numbered();

    [GeneratedRegex(@"(\s*[.·…_]){4,}\s*(?=\S+$)")]
    private static partial Regex Leader();

    [GeneratedRegex(@"^([\u00b9\u00b2\u00b3\u2070-\u2079]{1,3}|[*†‡§]|\[?\d{1,3}[\]).]?\s)\s*\S")]
    private static partial Regex NoteMark();

    [GeneratedRegex(@"^[\u00b9\u00b2\u00b3\u2070-\u2079]{1,3}\s*\p{L}", RegexOptions.CultureInvariant)]
    private static partial Regex RaisedMark();

    [GeneratedRegex(@"^\p{Lu}[\w-]*( [\w-]+){0,2}: \S", RegexOptions.CultureInvariant)]
    private static partial Regex KeyAndValue();

    [GeneratedRegex("^[" + Bullets + @"]\s+")]
    private static partial Regex Bullet();

    [GeneratedRegex(@"[.!?:][\)\]""”’']*$")]
    private static partial Regex SentenceEnd();

    [GeneratedRegex(@"(,|\b(a|an|the|of|and|or|for|with|by|from|than))$")]
    private static partial Regex BrokenOff();

    [GeneratedRegex(@"(,|\b(a|an|the|of|to|in|and|or|for|with|by|is|are|that|at|on|from|as|be|was|were|than))$", RegexOptions.IgnoreCase)]
    private static partial Regex OpenEnd();
}
