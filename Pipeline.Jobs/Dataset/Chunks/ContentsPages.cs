using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Leaves out lists of contents, figures and tables: by the heading above them, and by their shape.</summary>
internal static class ContentsPages
{
    private const int Longest = 200;        // characters of an entry
    private const int Fewest = 3;           // entries by shape alone

    public static void Mark(IReadOnlyList<Section> sections)
    {
        Named(sections);
        ByShape(sections);
    }

    private static void Named(IReadOnlyList<Section> sections)
    {
        for (int i = 0; i < sections.Count; i++)
        {
            if (!HeadingText.IsContents(sections[i].Topic))
                continue;
            int end = i;
            bool found = false;
            for (int next = i; next < sections.Count; next++)
            {
                Section section = sections[next];
                bool own = next == i || HeadingText.IsContents(section.Topic);
                List<Piece> pieces = [.. section.Live];
                int entries = pieces.Count(IsEntry);
                bool heading = own || (section.Heading is { } head && IsEntry(head));
                // Names of parts stand between entries. Under the first heading of the text itself there is text.
                bool all = pieces.Count > 0 && (entries * 2 >= pieces.Count || (entries > 0 && pieces.All(IsShort)));
                bool outline = own && pieces.Count > 0 && pieces.All(IsShort);
                if (!(heading && (pieces.Count == 0 || all || outline)) && !(next > i && all && entries > 0))
                {
                    if (own) TakeStart(section);
                    break;
                }
                (end, found) = (next, found || all || outline);
            }
            if (!found && sections[i].Live.Any())
                continue;
            for (int next = i; next <= end; next++)
            {
                sections[next].Heading?.LeaveOut(Reasons.Contents);
                foreach (Piece piece in sections[next].Pieces)
                    if (piece.Table is not null || piece.Text.Length <= 2 * Longest || LineShape.HasLeader(piece.Text))
                        piece.LeaveOut(Reasons.Contents);
            }
            i = end;
        }
    }

    /// <summary>The list may be followed by text without a heading: only its entries go.</summary>
    private static void TakeStart(Section section)
    {
        List<Piece> pieces = [.. section.Live];
        int last = -1;
        for (int i = 0; i < pieces.Count && i <= last + Fewest; i++)
            if (IsEntry(pieces[i])) last = i;
        if (last < 0)
            return;
        section.Heading?.LeaveOut(Reasons.Contents);
        for (int i = 0; i <= last; i++) pieces[i].LeaveOut(Reasons.Contents);
    }

    private static void ByShape(IReadOnlyList<Section> sections)
    {
        List<Piece> line = [.. sections.SelectMany(s => s.Heading is null ? s.Pieces : s.Pieces.Prepend(s.Heading))
            .Where(p => p.Reason is null || p.Reason == Reasons.Contents)];
        List<Piece> run = [];
        int lastPage = 0, strong = 0, misses = 0;
        foreach (Piece piece in line)
        {
            bool leader = piece.IsText && piece.Block.Kind != BlockKind.Code && LineShape.HasLeader(piece.Text);
            bool table = piece.Table is { } rows && IsContents(rows);
            int? page = piece.IsText ? LineShape.PageOf(piece.Text) : null;
            if (leader || table || (page is { } number && number >= lastPage && number > 0 && !LineShape.EndsSentence(piece.Text)))
            {
                run.Add(piece);
                strong += table ? Fewest : leader ? 1 : 0;
                (lastPage, misses) = (page is > 0 ? page.Value : lastPage, 0);
                continue;
            }
            if (run.Count > 0 && misses < 2 && IsShort(piece))
            {
                misses++;
                run.Add(piece);
                continue;
            }
            Close();
        }
        Close();

        void Close()
        {
            run.RemoveRange(run.Count - misses, misses);
            if (strong >= Fewest || (run.Count >= 2 * Fewest && Grows(run)))
                foreach (Piece piece in run) piece.LeaveOut(Reasons.Contents);
            run.Clear();
            (lastPage, strong, misses) = (0, 0, 0);
        }
    }

    /// <summary>Titles with page numbers that go up: not a list of values.</summary>
    private static bool Grows(List<Piece> run)
    {
        int entries = run.Count(p => LineShape.PageOf(p.Text) is not null);
        int first = run.Select(p => LineShape.PageOf(p.Text)).FirstOrDefault(p => p is not null) ?? 0;
        int last = run.Select(p => LineShape.PageOf(p.Text)).LastOrDefault(p => p is not null) ?? 0;
        return entries >= 0.8 * run.Count && last > first && last - first >= entries / 4;
    }

    private static bool IsEntry(Piece piece) => piece.Table is { } table ? IsContents(table)
        : piece.IsText && (LineShape.HasLeader(piece.Text) || (LineShape.PageOf(piece.Text) is not null && piece.Text.Length <= Longest));

    private static bool IsShort(Piece piece) =>
        piece.IsText && piece.Text.Length <= Longest && !(LineShape.EndsSentence(piece.Text) && piece.Text.Length > Longest / 2);

    private static bool IsContents(DocumentTable table)
    {
        int entries = 0, leaders = 0, last = 0;
        bool grows = true;
        foreach (IReadOnlyList<string> row in table.Rows)
        {
            string text = string.Join(' ', row.Where(c => c.Length > 0));
            if (LineShape.HasLeader(text)) leaders++;
            if (LineShape.PageOf(text) is not { } page)
                continue;
            entries++;
            grows &= page == 0 || page >= last;
            last = Math.Max(page, last);
        }
        return leaders * 2 >= table.Rows.Count && table.Rows.Count >= 2 && entries * 3 >= table.Rows.Count
            || (grows && table.HeaderRows == 0 && table.Rows[0].Count <= 3 && entries >= 6
                && entries * 10 >= table.Rows.Count * 9 && last > 6
                && table.Rows.All(r => r[0].Length > 0) && table.Rows.Count(r => char.IsDigit(r[0][0])) * 2 > table.Rows.Count);
    }
}
