using System.Numerics;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Rendering;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>
/// Joins characters to words and words to segments. Content order comes first, which keeps superscripts and subscripts with
/// their neighbours; pieces that content order separated are then joined by position.
/// </summary>
internal sealed class SegmentBuilder(FontTable fonts)
{
    private const double WordGap = 0.12;    // in ems: more is a space; tightly set lines come down to this
    private const double SegmentGap = 0.95; // in ems: more is a gutter, or the next cell
    private const double SameBaseline = 0.2;

    private readonly HashSet<string> _texts = new(StringComparer.Ordinal); // each word of a document once: long ones repeat theirs
    private int[] _cells = []; // of a map of one page: the last character kept in a cell, plus 1; several cells may share a place

    /// <summary>The upright text of a page; unordered.</summary>
    /// <param name="glyphs">All characters; those that are not upright are passed over.</param>
    /// <param name="links">Areas of the page that lead somewhere.</param>
    /// <param name="account">Counts characters that are struck twice.</param>
    public List<TextSegment> Build(IReadOnlyList<Glyph> glyphs, IReadOnlyList<PageAnnotation> links, TextAccount account) =>
        ColumnGaps.Split(MarginNumbers.Split(SegmentsOf(glyphs, links, account)));

    /// <summary>Text that runs up or down the page or stands on its head, turned back to where it is.</summary>
    public List<TextSegment> BuildSideways(IReadOnlyList<Glyph> glyphs, TextAccount account)
    {
        List<TextSegment> sideways = new();
        for (byte turn = 1; turn <= 3; turn++)
        {
            List<Glyph> turned = glyphs.Where(g => g.Turn == turn && !g.Slanted).Select(g => g with { Turn = 0 }).ToList();
            foreach (TextSegment segment in turned.Count > 0 ? SegmentsOf(turned, [], account) : [])
                sideways.Add(TextSegment.Of(
                    [.. segment.Words.Select(w => w with { Box = QuarterTurn.Back(w.Box, turn) })], segment.Baseline, turn));
        }
        return sideways;
    }

    private List<TextSegment> SegmentsOf(IReadOnlyList<Glyph> glyphs, IReadOnlyList<PageAnnotation> links, TextAccount account)
    {
        List<Glyph> once = Once(glyphs);
        account.Add(CharacterPlace.StruckTwice, glyphs.Count - once.Count);
        List<List<Glyph>> vertical = VerticalText.Take(once);
        List<Run> runs = JoinNeighbours(InContentOrder(once));
        List<TextSegment> segments = new(runs.Count);
        foreach (List<Glyph> block in vertical)
        {
            Box box = block.Select(g => g.Box).Aggregate((a, b) => a.Union(b));
            TextWord text = ToWord(block.ConvertAll(g => g.Text), 0, box, block[0], links);
            segments.Add(TextSegment.Of([text], box.Y1 - 0.76 * block[0].Size));
        }
        foreach (Run run in runs)
            if (ToSegment(run, links) is { } segment) segments.Add(segment);
        return segments;
    }

    /// <summary>Shadows and bold by overprinting draw the same character again, hardly moved.</summary>
    private List<Glyph> Once(IReadOnlyList<Glyph> glyphs)
    {
        List<Glyph> once = new(glyphs.Count);
        int[] others = new int[glyphs.Count]; // for each of those kept: the one kept before it in the same place of the map, plus 1
        int places = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(1024, 2 * glyphs.Count));
        if (_cells.Length < places)
            _cells = new int[places];
        else
            Array.Clear(_cells);
        foreach (Glyph glyph in glyphs)
        {
            if (glyph.Text != " " && glyph.Upright)
            {
                if (IsStruckAgain(glyph, once, others))
                    continue;
                ref int last = ref _cells[PlaceOf(CellAt(glyph.X0), CellAt(glyph.Baseline))];
                others[once.Count] = last;
                last = once.Count + 1;
            }
            once.Add(glyph);
        }
        return once;
    }

    private bool IsStruckAgain(Glyph glyph, List<Glyph> once, int[] others)
    {
        const double Moved = 0.19;      // ems; two letters l are further apart
        double reach = Moved * glyph.Size, wide = reach + 0.01;
        int x = CellAt(glyph.X0), y = CellAt(glyph.Baseline);
        int right = Math.Min(x + 1, CellAt(glyph.X0 + wide)), top = Math.Min(y + 1, CellAt(glyph.Baseline + wide));
        for (int column = Math.Max(x - 1, CellAt(glyph.X0 - wide)); column <= right; column++)
        {
            for (int row = Math.Max(y - 1, CellAt(glyph.Baseline - wide)); row <= top; row++)
            {
                for (int i = _cells[PlaceOf(column, row)]; i > 0; i = others[i - 1])
                {
                    Glyph other = once[i - 1];
                    if (Math.Abs(other.X0 - glyph.X0) < reach && Math.Abs(other.Baseline - glyph.Baseline) < reach
                        && Math.Abs(other.Size - glyph.Size) < 0.2 * glyph.Size && other.Text == glyph.Text
                        && CellAt(other.X0) == column && CellAt(other.Baseline) == row)
                        return true;
                }
            }
        }
        return false;
    }

    private static int CellAt(double place) => (int)Math.Floor(place / 4);

    private int PlaceOf(int column, int row) => (int)((uint)column * 0x9E3779B1u + (uint)row * 0x85EBCA6Bu >> 8) & (_cells.Length - 1);

    /// <summary>Digits that are set small and high are powers and marks of notes: as characters of their own they stay that.</summary>
    private static string Raised(Glyph glyph, Run run)
    {
        if (glyph.Size > 0.87 * run.Size || glyph.Baseline - run.Baseline < 0.14 * run.Size)
            return glyph.Text;
        return string.Concat(glyph.Text.Select(c => c switch
        {
            '1' => '\u00b9',
            '2' => '\u00b2',
            '3' => '\u00b3',
            '0' or (>= '4' and <= '9') => (char)(0x2070 + (c - '0')),
            '+' => '\u207a',
            '-' or '\u2212' or '\u2013' => '\u207b',
            _ => c,
        }));
    }

    private static List<Run> InContentOrder(IReadOnlyList<Glyph> glyphs)
    {
        List<Run> runs = new();
        Run? current = null;
        foreach (Glyph glyph in glyphs)
        {
            if (!glyph.Upright)
                continue;
            if (glyph.Text == " " && current is null)
                continue;
            if (current is null || !Continues(current, glyph))
            {
                if (glyph.Text == " ")
                {
                    current = null;
                    continue;
                }
                runs.Add(current = new Run(glyph));
            }
            else
            {
                current.Add(glyph);
            }
        }
        return runs;
    }

    private static bool Continues(Run run, Glyph next)
    {
        double em = Math.Max(run.Size, next.Size), gap = next.X0 - run.X1;
        if (gap < -0.5 * em || gap > SegmentGap * em)
            return false;
        // Letters that are drawn in their reading order, from the right, are put in order by their places.
        if (gap < -0.15 * em && RightToLeft.IsLetter(next.Text[0]))
            return false;
        double rise = Math.Abs(next.Baseline - run.Baseline);
        bool script = next.Size <= 0.85 * run.Size && rise <= 0.6 * run.Size && gap <= 0.4 * em;
        // The mark in front of a note is small and high, and the note goes on below it.
        bool mark = run.Size <= 0.85 * next.Size && run.Glyphs.Count <= 3 && run.Baseline > next.Baseline && rise <= 0.6 * next.Size
            && gap <= 0.4 * em;
        return rise <= SameBaseline * em || script || mark;
    }

    /// <summary>Joins runs that are side by side on one baseline.</summary>
    private static List<Run> JoinNeighbours(List<Run> runs)
    {
        runs.Sort((a, b) => a.Baseline != b.Baseline ? b.Baseline.CompareTo(a.Baseline) : a.X0.CompareTo(b.X0));
        List<Run> joined = new(runs.Count);
        int start = 0;
        while (start < runs.Count)
        {
            int end = start + 1;
            while (end < runs.Count
                && runs[start].Baseline - runs[end].Baseline <= SameBaseline * Math.Max(runs[start].Size, runs[end].Size))
                end++;
            List<Run> row = runs.GetRange(start, end - start);
            row.Sort((a, b) => a.X0.CompareTo(b.X0));
            Run current = row[0];
            foreach (Run next in row.Skip(1))
            {
                double em = Math.Max(current.Size, next.Size), gap = next.X0 - current.X1;
                // A first letter over several lines stands on the baseline of the last of them.
                bool large = Math.Max(current.Size, next.Size) > 1.8 * Math.Min(current.Size, next.Size);
                if (!large && (gap > -0.5 * em || FillsGap(current, next)) && gap <= SegmentGap * em)
                {
                    current.Append(next);
                }
                else
                {
                    joined.Add(current);
                    current = next;
                }
            }
            joined.Add(current);
            start = end;
        }
        return joined;
    }

    /// <summary>Whether a piece stands where another has left room for it.</summary>
    private static bool FillsGap(Run run, Run piece)
    {
        double slack = 0.1 * run.Size;
        return piece.X0 >= run.X0 && piece.X1 <= run.X1 && Math.Abs(piece.Size - run.Size) < 0.1 * run.Size
            && run.Glyphs.TrueForAll(g => g.Text == " " || g.X1 <= piece.X0 + slack || g.X0 >= piece.X1 - slack);
    }

    private TextSegment? ToSegment(Run run, IReadOnlyList<PageAnnotation> links)
    {
        List<TextWord> words = new();
        List<string> units = [];
        int struck = 0, slanted = 0;
        Glyph first = run.Glyphs[0];
        Box box = default;
        Glyph? last = null;
        double wordGap = WordGapOf(run);
        foreach (Glyph glyph in run.Glyphs)
        {
            bool space = glyph.Text == " ";
            // The same character twice in one place: bold by overprinting.
            if (last is { } l && l.Text == glyph.Text && Math.Abs(l.X0 - glyph.X0) < 0.12 * glyph.Size && !space)
            {
                struck++;
                continue;
            }
            if (units.Count > 0 && (space || glyph.X0 - box.X1 > wordGap * Math.Max(glyph.Size, last!.Size)))
            {
                words.Add(ToWord(units, struck, box, first, links) with { Italic = 2 * slanted > units.Count });
                units.Clear();
                struck = slanted = 0;
            }
            last = glyph;
            if (space)
                continue;
            if (units.Count == 0)
                (box, first) = (glyph.Box, glyph);
            else
                box = box.Union(glyph.Box);
            units.Add(Raised(glyph, run));
            slanted += fonts[glyph.Font].Italic ? 1 : 0;
        }
        if (units.Count > 0)
            words.Add(ToWord(units, struck, box, first, links) with { Italic = 2 * slanted > units.Count });
        if (words.Count == 0)
            return null;
        bool rightToLeft = RightToLeft.Leads(words.Select(w => w.Text));
        return TextSegment.Of(rightToLeft ? RightToLeft.Read(words) : words, run.Baseline);
    }

    private TextWord ToWord(List<string> units, int struck, Box box, Glyph first, IReadOnlyList<PageAnnotation> links)
    {
        string? address = null;
        foreach (PageAnnotation link in links)
            if (link.Kind == AnnotationKind.Link && link.Box.ContainsCenterOf(box)) address = link.Text;
        DocumentFont font = fonts[first.Font];
        string text = RightToLeft.Read(units);
        if (!_texts.TryGetValue(text, out string? shared))
            _texts.Add(shared = text);
        return new TextWord(shared, box, Math.Round(first.Size, 1), first.Font, font.Bold, font.Monospaced)
        {
            Link = address,
            Mark = first.Mark,
            Glyphs = units.Count + struck,
        };
    }

    /// <summary>Wider where the text is letter-spaced, or where spaces are drawn as characters.</summary>
    private static double WordGapOf(Run run)
    {
        List<Glyph> glyphs = run.Glyphs;
        bool spaces = false;
        List<double> gaps = new(glyphs.Count);
        for (int i = 1; i < glyphs.Count; i++)
        {
            spaces |= glyphs[i].Text == " ";
            // Dots that lead to a page number are set wide and say nothing about words.
            if (glyphs[i].Text != "." && glyphs[i - 1].Text != ".")
                gaps.Add((glyphs[i].X0 - glyphs[i - 1].X1) / glyphs[i].Size);
        }
        if (gaps.Count < 6)
            return spaces ? 1.5 * WordGap : WordGap;
        gaps.Sort();
        double usual = gaps[gaps.Count / 2]; // most neighbours are letters of one word
        return Math.Max(spaces ? 1.5 * WordGap : WordGap, usual > 0.04 ? usual + WordGap : 0);
    }

    /// <summary>Characters being joined; baseline and size are those of its largest.</summary>
    private sealed class Run
    {
        public Run(Glyph first)
        {
            Glyphs = [first];
            (X0, X1, Baseline, Size) = (first.X0, first.X1, first.Baseline, first.Size);
        }

        public List<Glyph> Glyphs { get; }

        public double X0 { get; }

        public double X1 { get; private set; }

        public double Baseline { get; private set; }

        public double Size { get; private set; }

        public void Add(Glyph glyph)
        {
            Glyphs.Add(glyph);
            X1 = Math.Max(X1, glyph.X1);
            if (glyph.Size > Size && glyph.Text != " ")
                (Size, Baseline) = (glyph.Size, glyph.Baseline);
        }

        /// <summary>Adds what stands behind it, or between its own characters where these were drawn in any order.</summary>
        public void Append(Run next)
        {
            bool between = next.X0 < X1 - 0.2 * Size;
            foreach (Glyph glyph in next.Glyphs)
                Add(glyph);
            if (between && !Glyphs.Exists(g => RightToLeft.IsLetter(g.Text[0])))
                Glyphs.Sort((a, b) => (a.X0 + a.X1).CompareTo(b.X0 + b.X1));
        }
    }
}
