using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Tests.Jobs.Dataset.Facts;

/// <summary>Chunks as the product makes them, written by hand.</summary>
internal static class Chunks
{
    public static Chunk Of(params IReadOnlyList<ChunkBlock> blocks) => new()
    {
        Id = "chunk",
        DocumentSha256 = new string('a', 64),
        Document = "pump.pdf",
        Title = "Pump Manual",
        Headings = ["Technical data"],
        Section = "p2-b1",
        Language = "en",
        Blocks = [.. blocks.Select((block, i) => block with { Source = block.Source with { Block = $"p2-b{i + 2}" } })],
        Tokens = 200,
    };

    public static ChunkBlock Paragraph(string text, params IReadOnlyList<TextSpan> spans) => Block(BlockKind.Paragraph, text, spans);

    public static ChunkBlock Heading(int level, string text) => Block(BlockKind.Heading, text, []) with { Level = level };

    public static ChunkBlock Item(string text, params IReadOnlyList<TextSpan> spans) =>
        Block(BlockKind.ListItem, text, spans) with { Marker = "-", Level = 1 };

    /// <summary>An item whose first word, up to the colon or dash, is set in another style.</summary>
    public static ChunkBlock Term(string term, string rest, TextStyle style = TextStyle.Bold) => Item(term + rest, new TextSpan(0,
        term.Length, style));

    public static ChunkBlock Table(int heads, string? caption, params IReadOnlyList<string> rows) => Block(BlockKind.Table,
        string.Join('\n', rows), []) with
    {
        Table = new DocumentTable
        {
            Id = "table-1",
            Page = 2,
            Box = new Box(0, 0, 1, 1),
            HeaderRows = heads,
            Rows = [.. rows.Select(row => row.Split('|', StringSplitOptions.TrimEntries))],
            Caption = caption,
        },
    };

    public static ChunkBlock Figure(string? caption, string? description) => Block(BlockKind.Figure, "", []) with
    {
        Figure = new DocumentFigure
        {
            Id = "figure-3",
            Label = "Figure 3",
            Kind = FigureKind.Image,
            Page = 2,
            Box = new Box(0, 0, 1, 1),
            Image = "images/figure-3.png",
            Sha256 = "",
            PixelWidth = 1,
            PixelHeight = 1,
            Caption = caption,
            Description = description,
        },
    };

    private static ChunkBlock Block(BlockKind kind, string text, IReadOnlyList<TextSpan> spans) => new()
    {
        Source = new SourceSpan(new string('a', 64), "pump.pdf", 2, "", 0, text.Length),
        Kind = kind,
        Text = text,
        Spans = spans,
    };
}
