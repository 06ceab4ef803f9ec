using System.Text;
using Pipeline.Jobs.Dataset.Languages;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Makes the chunks of one document of its sections.</summary>
internal sealed class SectionChunks(DocumentText text, ChunkOptions options, Func<string, int> countTokens, LanguageDetector detector)
{
    private const int Fewest = 3;               // characters of a paragraph
    private const int ShortSample = 200;        // with less prose, tables and headings are asked too
    private const int LongestSample = 4000;     // characters of a chunk by which its language is told

    private readonly string _title = DocumentName.Of(text.Document);
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    public List<Chunk> Of(IReadOnlyList<Section> sections, CancellationToken ct)
    {
        List<Chunk> chunks = [];
        ChunkGroup? group = null;
        foreach (Section section in sections)
        {
            ct.ThrowIfCancellationRequested();
            List<Piece> pieces = Units(section);
            if (pieces.Count == 0 || group?.TryJoin(section, pieces, options) == true)
                continue;
            Add(group);
            group = new ChunkGroup(section, pieces);
        }
        Add(group);
        return chunks;

        void Add(ChunkGroup? done)
        {
            if (done is null)
                return;
            foreach (List<Piece> pieces in done.Chunks(options))
                if (ToChunk(done, pieces) is { } chunk) chunks.Add(chunk);
        }
    }

    /// <summary>What of a section chunks may hold, in pieces that fit.</summary>
    private List<Piece> Units(Section section)
    {
        List<Piece> units = [], all = [];
        foreach (Piece piece in section.Pieces)
        {
            // A letter that belongs to a formula or to a word set at two heights.
            if (piece.Block.Kind == BlockKind.Paragraph && piece.Text.Length < Fewest) piece.LeaveOut(Reasons.TooShort);
            if (piece.Reason is not null || string.IsNullOrWhiteSpace(piece.Text))
            {
                all.Add(piece);
                continue;
            }
            piece.Tokens = PieceTokens.Of(piece, countTokens);
            foreach (Piece part in LongText.Divide(piece, options.MaxTokens, countTokens))
            {
                all.Add(part);
                if (!string.IsNullOrWhiteSpace(part.Text)) units.Add(part);
            }
        }
        section.Pieces.Clear();
        section.Pieces.AddRange(all);
        if (units.Count > 0 && section.Heading is { } heading) heading.Tokens = PieceTokens.Of(heading, countTokens);
        return units;
    }

    private Chunk? ToChunk(ChunkGroup group, List<Piece> pieces)
    {
        if (TeachableText.WhyNot(pieces) is { } reason)
        {
            Leave(reason);
            return null;
        }
        List<ChunkBlock> blocks = [.. pieces.Select(p => p.ToBlock(text.Document))];
        Chunk chunk = new()
        {
            Id = "",
            DocumentSha256 = text.Document.Sha256,
            Document = text.Document.FileName,
            Title = _title,
            Headings = Headings(group.Common),
            Section = group.Sections[0].Id,
            Language = detector.Of(Sample(pieces)),
            Blocks = blocks,
            Tokens = 0,
        };
        string content = chunk.Text;
        string id = RowHash.Of("chunk", chunk.DocumentSha256, blocks[0].Source.Block, content);
        if (!_ids.Add(id))
        {
            Leave(Reasons.Duplicate);
            return null;
        }
        foreach (Piece piece in pieces) piece.Held = true;
        foreach (Section section in group.Sections.SelectMany(s => s.Path))
            if (section.Heading is { Reason: null } heading) heading.Held = true;
        return chunk with { Id = id, Tokens = countTokens(content) };

        void Leave(string why)
        {
            foreach (Piece piece in pieces)
                if (piece.Block.Kind != BlockKind.Heading) piece.LeaveOut(why);
        }
    }

    private List<string> Headings(Section? section)
    {
        List<string> headings = section?.Path.Where(s => s.Heading?.Reason is null).Select(s => s.Topic).ToList() ?? [];
        // The title of the document stands above everything.
        if (headings.Count > 0 && RowHash.Normalised(headings[0]) == RowHash.Normalised(_title)) headings.RemoveAt(0);
        return headings;
    }

    private static string Sample(List<Piece> pieces)
    {
        StringBuilder sample = new();
        Append(p => p.IsProse);
        if (sample.Length < ShortSample)
            Append(p => p.Table is not null || p.Figure is not null || p.Block.Kind == BlockKind.Heading);
        return sample.ToString();

        void Append(Func<Piece, bool> wanted)
        {
            foreach (Piece piece in pieces)
                if (wanted(piece) && sample.Length < LongestSample)
                    sample.Append(piece.Text.Replace('|', ' '), 0, Math.Min(piece.Text.Length, LongestSample)).Append('\n');
        }
    }
}
