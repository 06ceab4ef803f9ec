using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Leaves out lists of works.</summary>
internal static class ReferenceLists
{
    private const int Fewest = 5;       // works by shape alone

    public static void Mark(IReadOnlyList<Section> sections)
    {
        foreach (Section section in sections)
        {
            if (section.Heading is null || !HeadingText.IsReferences(section.Topic))
                continue;
            List<Section> under = [.. sections.Where(s => s.IsUnder(section))];
            List<Piece> pieces = [.. under.SelectMany(s => s.Live)];
            // "References" may also be what a language has: then these are sentences about it.
            if (pieces.Count(p => LineShape.IsReference(p.Text)) * 10 < pieces.Count * 4)
                continue;
            foreach (Section each in under) each.Heading?.LeaveOut(Reasons.References);
            foreach (Piece piece in pieces) piece.LeaveOut(Reasons.References);
        }
        foreach (Section section in sections)
        {
            List<Piece> run = [];
            foreach (Piece piece in section.Live.ToList())
            {
                if (piece.IsProse && LineShape.IsReference(piece.Text) && (LineShape.HasLabel(piece.Text) || run.Count > 0))
                {
                    run.Add(piece);
                    continue;
                }
                Close(run);
            }
            Close(run);
        }
    }

    private static void Close(List<Piece> run)
    {
        if (run.Count >= Fewest)
            foreach (Piece piece in run) piece.LeaveOut(Reasons.References);
        run.Clear();
    }
}
