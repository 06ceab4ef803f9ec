using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Tests.Jobs.Dataset.Chunks;

/// <summary>Documents written block by block.</summary>
internal sealed class MadeDocument(string name = "manual.pdf", string? title = "Handbook of Pumps", int pages = 20)
{
    private readonly List<DocumentBlock> _blocks = [];
    private readonly List<DocumentTable> _tables = [];
    private readonly List<DocumentFigure> _figures = [];
    private int _page = 10;

    public MadeDocument Page(int page)
    {
        _page = page;
        return this;
    }

    public MadeDocument Heading(string text, int level = 1) => Add(BlockKind.Heading, text, b => b with { Level = level });

    public MadeDocument Text(params string[] paragraphs)
    {
        foreach (string text in paragraphs) Add(BlockKind.Paragraph, text);
        return this;
    }

    public MadeDocument Items(params string[] items)
    {
        foreach (string text in items) Add(BlockKind.ListItem, text, b => b with { Marker = "-", Level = 1 });
        return this;
    }

    public MadeDocument Add(BlockKind kind, string text, Func<DocumentBlock, DocumentBlock>? change = null)
    {
        DocumentBlock block = new() { Id = $"p{_page}-b{_blocks.Count}", Kind = kind, Page = _page, Box = default, Text = text };
        _blocks.Add(change?.Invoke(block) ?? block);
        return this;
    }

    public MadeDocument Table(int headerRows, params string[][] rows)
    {
        string id = $"table-{_tables.Count + 1}";
        _tables.Add(new DocumentTable { Id = id, Page = _page, Box = default, HeaderRows = headerRows, Rows = rows });
        return Add(BlockKind.Table, "", b => b with { Table = id });
    }

    public MadeDocument Figure(string caption, string words, string? description = null)
    {
        string id = $"figure-{_figures.Count + 1}";
        _figures.Add(new DocumentFigure
        {
            Id = id,
            Label = "Figure 1",
            Kind = default,
            Page = _page,
            Box = default,
            Image = "images/a.png",
            Sha256 = "00",
            PixelWidth = 1,
            PixelHeight = 1,
            Caption = caption,
            Description = description,
        });
        Add(BlockKind.Figure, words, b => b with { Figure = id });
        return Add(BlockKind.Caption, caption, b => b with { Figure = id });
    }

    public ExtractedDocument Done(string? sha = null) => new()
    {
        ExtractorVersion = "3",
        FileName = name,
        Sha256 = sha ?? name,
        Bytes = 1,
        Title = title,
        Pages = [.. Enumerable.Range(1, Math.Max(pages, _page)).Select(p => new DocumentPage(p, 1, 1, "", true))],
        Fonts = [],
        Blocks = _blocks,
        Figures = _figures,
        Tables = _tables,
    };
}
