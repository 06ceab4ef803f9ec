using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>Sections that become one chunk, or a single one that becomes several.</summary>
internal sealed class ChunkGroup
{
    private const int LongestLabel = 30;    // characters

    private readonly Section _first;
    private bool _joined;

    public ChunkGroup(Section first, List<Piece> pieces)
    {
        _first = first;
        (Common, Sections, Pieces) = (first, [first], [pieces]);
        (Tokens, Teaches) = (pieces.Sum(p => p.Tokens), TeachableText.Is(pieces));
    }

    public List<Section> Sections { get; }

    public List<List<Piece>> Pieces { get; }

    public int Tokens { get; private set; }

    /// <summary>The section under whose heading all of it stands; null for the document itself.</summary>
    public Section? Common { get; private set; }

    public bool Teaches { get; private set; }

    /// <summary>Adds the next section where both are short and stand under one heading.</summary>
    public bool TryJoin(Section next, List<Piece> pieces, ChunkOptions options)
    {
        int tokens = pieces.Sum(p => p.Tokens);
        int headings = (next.Heading?.Tokens ?? 0) + (_joined ? 0 : _first.Heading?.Tokens ?? 0);
        bool teaches = TeachableText.Is(pieces);
        bool isShort = Tokens < options.MinTokens && tokens < options.MinTokens;
        if (Tokens + tokens + headings > options.MaxTokens || (teaches && Teaches && !isShort))
            return false;
        if (_first.Heading is null || next.Heading is null)
            return false;
        if (_joined && Common == _first && next.Parent == _first.Parent)
        {
            // A small section with its parts, and its neighbour.
            if (Tokens >= options.MinTokens)
                return false;
            Common = _first.Parent;
            headings += _first.Heading.Tokens;
        }
        else if (_joined)
        {
            if (!(Common is null ? next.Parent is null || Sections.Any(next.IsUnder) : next.IsUnder(Common)))
                return false;
        }
        else if (next.IsUnder(_first))
        {
            Common = _first;
        }
        else if (next.Parent == _first.Parent)
        {
            Common = _first.Parent;
        }
        else
        {
            return false;
        }
        _joined = true;
        Sections.Add(next);
        Pieces.Add(pieces);
        Tokens += tokens + headings;
        Teaches |= teaches;
        return true;
    }

    /// <summary>Its pieces in chunks no longer than allowed, each about as long as the others.</summary>
    public IEnumerable<List<Piece>> Chunks(ChunkOptions options)
    {
        if (_joined)
        {
            List<Piece> all = [];
            for (int i = 0; i < Sections.Count; i++)
            {
                if (Sections[i] != Common && Sections[i].Label is { } label) all.Add(label);
                all.AddRange(Pieces[i]);
            }
            return [all];
        }
        return Tokens <= options.MaxTokens ? [Pieces[0]] : Divided(Pieces[0], options.MaxTokens);
    }

    private static List<List<Piece>> Divided(List<Piece> pieces, int most)
    {
        int total = pieces.Sum(p => p.Tokens), parts = (total + most - 1) / most;
        int wanted = (total + parts - 1) / parts;
        List<List<Piece>> chunks = [];
        List<Piece> current = [];
        int length = 0;
        foreach (Piece piece in pieces)
        {
            bool full = length + piece.Tokens > most;
            if (current.Count > 0 && (full || (length >= wanted && !BelongsTo(current[^1], piece))))
            {
                // What announces the next block goes with it.
                int last = current.Count;
                while (last > 1 && current.Count - last < 2
                    && BelongsTo(current[last - 1], last < current.Count ? current[last] : piece))
                    last--;
                List<Piece> moved = current[last..];
                if (moved.Sum(p => p.Tokens) + piece.Tokens > most) moved = [];
                current.RemoveRange(current.Count - moved.Count, moved.Count);
                chunks.Add(current);
                current = moved;
                length = moved.Sum(p => p.Tokens);
            }
            current.Add(piece);
            length += piece.Tokens;
        }
        if (current.Count > 0) chunks.Add(current);
        return chunks;
    }

    private static bool BelongsTo(Piece before, Piece piece)
    {
        if (before.Block.Kind == BlockKind.Caption)
            return piece.Table is not null || piece.Block.Kind is BlockKind.Code or BlockKind.Table;
        if (piece.Block.Kind == BlockKind.Caption)
            return before.Table is not null;
        ReadOnlySpan<char> text = before.Text.AsSpan().Trim();
        // What announces the next block, or names it: "Note".
        return text is [.., ':' or '：']
            || (before.Block.Kind is BlockKind.Paragraph or BlockKind.Heading && text.Length <= LongestLabel
                && !LineShape.EndsSentence(before.Text));
    }
}
