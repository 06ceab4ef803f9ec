using Pipeline.Jobs.Dataset.Languages;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>
/// Divides documents into chunks that are fit to teach from, and leaves out contents, indexes, references, licences, text that several
/// documents repeat, furniture and what cannot be read. Every character is accounted for.
/// </summary>
public static class ChunkBuilder
{
    /// <param name="documents">In any order; a file that is there twice is taken once.</param>
    /// <param name="options">How long chunks are.</param>
    /// <param name="countTokens">Length of a text by the tokenizer of the base model.</param>
    /// <param name="detector">Tells the language of each chunk.</param>
    /// <param name="ct">Stops the work.</param>
    /// <exception cref="OperationCanceledException"><paramref name="ct"/> was canceled.</exception>
    public static ChunkedDocuments Build(IReadOnlyList<ExtractedDocument> documents, ChunkOptions options, Func<string, int> countTokens,
        LanguageDetector detector, CancellationToken ct = default)
    {
        List<DocumentText> texts = [.. documents.DistinctBy(d => d.Sha256).OrderBy(d => d.Sha256, StringComparer.Ordinal)
            .Select(DocumentText.Read)];
        List<List<Section>> sections = [];
        foreach (DocumentText text in texts)
        {
            ct.ThrowIfCancellationRequested();
            UnreadablePieces.Mark(text.Pieces);
            PageEdges.Mark(text.Pieces);
            List<Section> own = Section.Of(text);
            ContentsPages.Mark(own);
            IndexPages.Mark(own, text.Pages);
            ReferenceLists.Mark(own);
            LicencePages.Mark(own, text.Pages);
            sections.Add(own);
        }
        RepeatedText.Mark(texts);
        foreach (DocumentText text in texts) RepeatedText.MarkWithin(text);

        List<Chunk> chunks = [];
        Dictionary<string, IReadOnlyList<LeftOut>> leftOut = new(StringComparer.Ordinal);
        SortedDictionary<string, long> byReason = new(StringComparer.Ordinal);
        long characters = 0, kept = 0;
        for (int i = 0; i < texts.Count; i++)
        {
            chunks.AddRange(ChunkLanguages.Settle(new SectionChunks(texts[i], options, countTokens, detector).Of(sections[i], ct),
                detector));
            List<LeftOut> left = [];
            foreach (Piece piece in Accounted(sections[i]))
            {
                characters += piece.Characters;
                if (piece.Held)
                {
                    kept += piece.Characters;
                    continue;
                }
                if (piece.Characters == 0)
                    continue;
                string reason = piece.Reason ?? Reasons.TooShort;
                byReason[reason] = byReason.GetValueOrDefault(reason) + piece.Characters;
                left.Add(new LeftOut(reason, piece.Block.Id, piece.Block.Page, piece.Characters));
            }
            leftOut[texts[i].Document.Sha256] = left;
        }
        return new ChunkedDocuments(chunks, leftOut, characters, kept, byReason);
    }

    /// <summary>
    /// All pieces. A caption that stands in its figure's text is held with the figure; a heading under which nothing is left goes for the
    /// reason for which most of that went.
    /// </summary>
    private static List<Piece> Accounted(List<Section> sections)
    {
        List<Piece> pieces = [.. sections.SelectMany(s => s.Heading is null ? s.Pieces : s.Pieces.Prepend(s.Heading))];
        HashSet<string> figures = [.. pieces.Where(p => p is { Held: true, Figure: not null }).Select(p => p.Figure!.Id)];
        foreach (Piece piece in pieces)
            if (piece is { Figure: not null, Text.Length: 0, Reason: null } && figures.Contains(piece.Figure.Id)) piece.Held = true;
        foreach (Section section in sections)
            if (section.Heading is { Held: false, Reason: null } heading)
                heading.LeaveOut(section.Pieces.Where(p => p.Reason is not (null or Reasons.Furniture)).GroupBy(p => p.Reason)
                    .OrderByDescending(g => g.Sum(p => p.Characters)).ThenBy(g => g.Key, StringComparer.Ordinal)
                    .FirstOrDefault()?.Key ?? Reasons.TooShort);
        return pieces;
    }
}
