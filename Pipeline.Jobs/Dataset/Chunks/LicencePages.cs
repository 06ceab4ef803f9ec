using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Leaves out licences, copyright notices, imprints and title pages.</summary>
internal static class LicencePages
{
    private const int EdgePages = 4;        // first ones; of the last one there are two
    private const int TitlePages = 2;
    private const int Short = 150;          // characters
    private const int LongestImprint = 800; // characters of a section that has no sign of a licence in it

    public static void Mark(IReadOnlyList<Section> sections, int pages)
    {
        for (int i = 0; i < sections.Count; i++)
        {
            Section section = sections[i];
            if (HeadingText.IsLicenceText(section.Topic))
                Text(sections, i);
            else if (HeadingText.IsImprint(section.Topic))
                Imprint(sections, section);
        }
        foreach (Section section in sections)
        {
            if (section.Heading is { Reason: null } heading && LicenceText.IsLicence(heading.Text, edge: false))
                heading.LeaveOut(Reasons.Licence);
            foreach (Piece piece in section.Pieces)
            {
                bool edge = piece.Block.Page <= EdgePages || piece.Block.Page >= Math.Max(EdgePages + 1, pages - 1);
                if (piece.Reason is null && piece.IsProse && LicenceText.IsLicence(piece.Text, edge, few: pages <= EdgePages))
                    piece.LeaveOut(Reasons.Licence);
            }
        }
        // A letter or a form has no title page.
        if (pages > EdgePages) TitlePage(sections);
    }

    /// <summary>The text of a licence with its parts, also where those have headings of the same level.</summary>
    private static void Text(IReadOnlyList<Section> sections, int at)
    {
        // A heading that only names a licence may stand above the question which one to choose.
        List<Piece> own = [.. sections.Where(s => s.IsUnder(sections[at])).SelectMany(s => s.Live).Where(p => p.IsProse)];
        if (own.Count > 0 && !own.Take(40).Any(p => LicenceText.HasSign(p.Text)))
            return;
        for (int next = at; next < sections.Count; next++)
        {
            Section section = sections[next];
            List<Piece> live = [.. section.Live];
            bool part = section.IsUnder(sections[at]) || HeadingText.IsLicenceText(section.Topic)
                || (live.Count > 0 && live.Count(p => LicenceText.HasSign(p.Text)) * 3 >= live.Count);
            if (!part)
                break;
            Take(section);
        }
    }

    private static void Imprint(IReadOnlyList<Section> sections, Section heading)
    {
        List<Section> under = [.. sections.Where(s => s.IsUnder(heading))];
        List<Piece> live = [.. under.SelectMany(s => s.Live)];
        int signs = live.Count(p => p.IsProse && LicenceText.IsLicence(p.Text, edge: false));
        int length = live.Sum(p => p.Text.Length);
        // A manual may teach how a file of copyrights is written.
        if (signs * 4 < live.Count && (length > LongestImprint || live.Any(p => p.Block.Kind == BlockKind.Code && p.Text.Length > Short)))
            return;
        foreach (Section section in under) Take(section);
    }

    private static void Take(Section section)
    {
        section.Heading?.LeaveOut(Reasons.Licence);
        foreach (Piece piece in section.Pieces) piece.LeaveOut(Reasons.Licence);
    }

    /// <summary>Names, dates and addresses before the text begins.</summary>
    private static void TitlePage(IReadOnlyList<Section> sections)
    {
        foreach (Section section in sections)
        {
            if (section.Page > TitlePages || section.Live.Any(p => p.Table is not null || (p.Text.Length > Short && p.IsProse)))
                break;
            foreach (Piece piece in section.Pieces)
                if (piece.IsProse && piece.Block.Page <= TitlePages
                    && !(piece.Text.Length > Short / 2 && LineShape.EndsSentence(piece.Text)))
                    piece.LeaveOut(Reasons.Licence);
        }
    }
}
