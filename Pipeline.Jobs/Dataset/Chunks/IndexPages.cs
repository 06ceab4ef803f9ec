using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Leaves out alphabetical indexes.</summary>
internal static class IndexPages
{
    private const int Fewest = 8;       // entries by shape alone
    private const int LongestEntry = 1500;
    private const int Longest = 400;    // characters of a block that goes with its neighbours

    public static void Mark(IReadOnlyList<Section> sections, int pages)
    {
        int pieces = sections.Sum(s => s.Pieces.Count), before = 0;
        for (int i = 0; i < sections.Count; before += sections[i].Pieces.Count, i++)
        {
            if (!HeadingText.IsIndex(sections[i].Topic) || (before * 2 < pieces && sections[i].Page * 2 < pages))
                continue;
            int end = i, entries = 0, all = 0;
            for (int next = i; next < sections.Count; next++)
            {
                Section section = sections[next];
                (int own, int count) = (Entries(section), section.Live.Count());
                bool goesOn = next == i || HeadingText.IsIndex(section.Topic) || HeadingText.IsLetter(section.Topic)
                    || (own * 2 >= count && own > 0) || (count == 0 && section.Topic.Length < 60 && section.Level > sections[i].Level);
                if (!goesOn)
                    break;
                (end, entries, all) = (next, entries + own, all + count);
            }
            // A section about indexes of another kind has sentences.
            if (entries * 10 < all * 4 || entries == 0)
                continue;
            for (int next = i; next <= end; next++)
            {
                if (next > i) before += sections[next - 1].Pieces.Count;
                Take(sections[next]);
            }
            i = end;
        }
        ByShape(sections);
    }

    private static void Take(Section section)
    {
        section.Heading?.LeaveOut(Reasons.Index);
        foreach (Piece piece in section.Pieces)
            if (piece.Table is not null || piece.Text.Length <= Longest || LineShape.IsIndexEntry(piece.Text))
                piece.LeaveOut(Reasons.Index);
    }

    private static int Entries(Section section) => section.Live.Count(p => p.IsText ? LineShape.IsIndexEntry(p.Text)
        : p.Table is not null && p.Table.Rows.Count(r => LineShape.IsIndexEntry(string.Join(' ', r))) * 2 >= p.Table.Rows.Count);

    /// <summary>Many entries one after the other are an index, whatever stands above them.</summary>
    private static void ByShape(IReadOnlyList<Section> sections)
    {
        List<Piece> run = [];
        int entries = 0, misses = 0;
        foreach (Piece piece in sections.SelectMany(s => s.Heading is null ? s.Pieces : s.Pieces.Prepend(s.Heading)))
        {
            if (piece.Reason is not null)
                continue;
            bool entry = piece.IsProse && piece.Text.Length < LongestEntry && LineShape.IsIndexEntry(piece.Text)
                && !LineShape.EndsSentence(piece.Text);
            if (entry)
            {
                (entries, misses) = (entries + 1, 0);
                run.Add(piece);
            }
            else if (run.Count > 0 && misses < 3 && piece.Text.Length < 80 && piece.IsText)
            {
                misses++;
                run.Add(piece);
            }
            else
            {
                Close();
            }
        }
        Close();

        void Close()
        {
            run.RemoveRange(run.Count - misses, misses);
            if (entries >= Fewest && entries * 2 >= run.Count)
                foreach (Piece piece in run) piece.LeaveOut(Reasons.Index);
            run.Clear();
            (entries, misses) = (0, 0);
        }
    }
}
