using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset.Chunks;

/// <summary>A heading and what stands under it up to the next heading.</summary>
internal sealed class Section
{
    /// <summary>Null before the first heading.</summary>
    public Piece? Heading { get; init; }

    /// <summary>The heading without its number; empty before the first.</summary>
    public string Topic { get; init; } = "";

    /// <summary>The heading as a part of a chunk's text: without its number.</summary>
    public Piece? Label => Heading is not { } heading ? null
        : heading.Text.EndsWith(Topic, StringComparison.Ordinal)
            ? heading.Part(heading.Text.Length - Topic.Length, heading.Text.Length)
            : heading;

    public int Level { get; init; }

    /// <summary>The section whose heading stands above; null for the outermost.</summary>
    public Section? Parent { get; init; }

    /// <summary>What stands under it, furniture included.</summary>
    public List<Piece> Pieces { get; } = [];

    /// <summary>From the outermost to this one.</summary>
    public IReadOnlyList<Section> Path { get; private set; } = [];

    public string Id => Heading?.Block.Id ?? "";

    public int Page => Heading?.Block.Page ?? (Pieces.Count > 0 ? Pieces[0].Block.Page : 1);

    public IEnumerable<Piece> Live => Pieces.Where(p => p.Reason is null);

    public bool IsUnder(Section section) => Path.Contains(section);

    public static List<Section> Of(DocumentText text)
    {
        bool numbered = HeadingText.AreNumbered(text.Pieces.Where(p => p.Block.Kind == BlockKind.Heading).Select(p => p.Block.Text));
        List<Section> sections = [];
        List<Section> open = [];
        Section current = new();
        foreach (Piece piece in text.Pieces)
        {
            if (piece.Block.Kind != BlockKind.Heading || piece.Reason is not null)
            {
                current.Pieces.Add(piece);
                continue;
            }
            if (current.Heading is not null || current.Pieces.Count > 0) sections.Add(current);
            int level = piece.Block.Level ?? 1;
            while (open.Count > 0 && open[^1].Level >= level) open.RemoveAt(open.Count - 1);
            current = new Section
            {
                Heading = piece,
                Topic = HeadingText.WithoutNumber(piece.Block.Text, numbered),
                Level = level,
                Parent = open.Count > 0 ? open[^1] : null,
            };
            open.Add(current);
            current.Path = [.. open];
        }
        if (current.Heading is not null || current.Pieces.Count > 0) sections.Add(current);
        return sections;
    }
}
