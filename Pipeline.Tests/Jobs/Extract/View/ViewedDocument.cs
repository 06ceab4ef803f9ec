using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Tests.Jobs.Extract.View;

/// <summary>Small documents with pages of 200 × 400 points, for tests of the view.</summary>
internal static class ViewedDocument
{
    /// <summary>A document; blocks without an id of their own are numbered on page 1.</summary>
    public static ExtractedDocument Of(int pages, params DocumentBlock[] blocks) => new()
    {
        ExtractorVersion = "1",
        FileName = "pump.pdf",
        Sha256 = "00",
        Bytes = 2048,
        Title = "Pumps",
        Pages = [.. Enumerable.Range(1, pages).Select(n => new DocumentPage(n, 200, 400, $"pages/page-{n:0000}.png", true))],
        Fonts = [],
        Blocks = [.. blocks.Select((b, i) => b.Id.Length > 0 ? b : b with { Id = $"p1-b{i + 1}" })],
        Figures = [],
        Tables = [],
    };

    public static DocumentBlock Block(int page, BlockKind kind, string text) => new()
    {
        Id = "",
        Page = page,
        Kind = kind,
        Text = text,
        Box = new Box(20, 100, 180, 120),
    };

    public static DocumentFigure Figure(string id) => new()
    {
        Id = id,
        Label = "Figure 1",
        Kind = FigureKind.Image,
        Page = 1,
        Box = new Box(0, 0, 9, 9),
        Image = $"images/{id}.png",
        Sha256 = "00",
        PixelWidth = 300,
        PixelHeight = 200,
        Description = "A bar chart.",
    };

    public static DocumentFormula Formula(string id) => new()
    {
        Id = id,
        Number = "2.1",
        Page = 1,
        Box = new Box(0, 0, 9, 9),
        Tex = "E=mc^2",
        Image = $"images/{id}.png",
        Sha256 = "00",
        PixelWidth = 120,
        PixelHeight = 30,
    };
}
