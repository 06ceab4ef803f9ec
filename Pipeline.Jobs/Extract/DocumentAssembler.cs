using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract;

/// <summary>Gives blocks, figures and tables their ids and sections.</summary>
internal static class DocumentAssembler
{
    /// <returns>The document without the properties of the file itself.</returns>
    public static ExtractedDocument Assemble(
        IReadOnlyList<PageContent> pages, IReadOnlyList<TextBlock> blocks, IReadOnlyList<NumberedFigure> figures, FigureImages images,
        FontTable fonts)
    {
        Dictionary<TextBlock, NumberedFigure> figureOf = figures.ToDictionary(f => f.Block);
        Dictionary<TextBlock, string> tableOf = blocks.Where(b => b.Kind == BlockKind.Table)
            .Select((block, i) => (block, Id: $"table-{i + 1}")).ToDictionary(t => t.block, t => t.Id);
        List<DocumentBlock> documentBlocks = new(blocks.Count);
        Dictionary<TextBlock, string> formulaOf = FormulaIds(blocks);
        Dictionary<int, int> countOnPage = new();
        string section = "";
        foreach (TextBlock block in blocks)
        {
            int ordinal = countOnPage[block.Page] = countOnPage.GetValueOrDefault(block.Page) + 1;
            string id = $"p{block.Page}-b{ordinal}";
            if (block.Kind == BlockKind.Heading)
                section = id;
            TextBlock owner = block.Target ?? block;
            documentBlocks.Add(new DocumentBlock
            {
                Id = id,
                Kind = block.Kind,
                Page = block.Page,
                Box = block.Box,
                Text = block.Text,
                Level = block.Level,
                Marker = block.Marker,
                Section = section,
                Font = block.Font >= 0 ? block.Font : null,
                FontSize = block.Font >= 0 ? Math.Round(block.Size, 1) : null,
                Spans = InlineSpans.Of(block) is { Count: > 0 } spans ? spans : null,
                Continued = block.Continued.Count > 0 ? block.Continued : null,
                Figure = figureOf.GetValueOrDefault(owner)?.Id,
                Table = tableOf.GetValueOrDefault(owner),
                Formula = formulaOf.GetValueOrDefault(block),
            });
        }
        return new ExtractedDocument
        {
            ExtractorVersion = DocumentExtractor.ExtractorVersion,
            FileName = "",
            Sha256 = "",
            Bytes = 0,
            Pages = pages.Select(ToPage).ToList(),
            Fonts = fonts.Fonts,
            Blocks = documentBlocks,
            Figures = figures.Select(f => ToFigure(f, images)).ToList(),
            Tables = blocks.Where(b => b.Kind == BlockKind.Table).Select(b => ToTable(b, tableOf[b])).ToList(),
            Formulas = [.. formulaOf.Select(f => ToFormula(f.Key, f.Value, images))],
        };
    }

    /// <summary>What is cut out of the pages.</summary>
    public static List<PageCrop> Crops(IEnumerable<NumberedFigure> figures, IReadOnlyList<TextBlock> blocks) =>
    [
        .. figures.Where(f => f.Item.Kind != FigureKind.Page).Select(f => new PageCrop(f.Block.Page, f.Item.Box, f.Item.Dpi, f.Image)),
        .. FormulaIds(blocks).Select(f => new PageCrop(f.Key.Page, ((FormulaItem)f.Key.Item!).Shown, 0, FormulaImage(f.Value))),
    ];

    private static Dictionary<TextBlock, string> FormulaIds(IReadOnlyList<TextBlock> blocks) => blocks.Where(b => b.Item is FormulaItem)
        .Select((block, i) => (block, Id: $"formula-{i + 1}")).ToDictionary(t => t.block, t => t.Id);

    private static string FormulaImage(string id) => $"images/{id}.png";

    private static DocumentFormula ToFormula(TextBlock block, string id, FigureImages images)
    {
        FormulaItem item = (FormulaItem)block.Item!;
        (string sha256, int width, int height) = images[FormulaImage(id)];
        return new DocumentFormula
        {
            Id = id,
            Number = item.Number,
            Page = block.Page,
            Box = item.Shown,
            Tex = item.Tex,
            Image = FormulaImage(id),
            Sha256 = sha256,
            PixelWidth = width,
            PixelHeight = height,
        };
    }

    private static DocumentPage ToPage(PageContent page) => new(
        page.Number, Math.Round(page.Box.Width, 2), Math.Round(page.Box.Height, 2), FigureImages.PageImage(page.Number), page.HasText)
    {
        Characters = page.Account.Close(),
        OcrConfidence = page.OcrConfidence,
    };

    private static DocumentFigure ToFigure(NumberedFigure figure, FigureImages images)
    {
        (string sha256, int width, int height) = images[figure.Image];
        return new DocumentFigure
        {
            Id = figure.Id,
            Label = figure.Label,
            Kind = figure.Item.Kind,
            Page = figure.Block.Page,
            Box = figure.Item.Box,
            Image = figure.Image,
            Sha256 = sha256,
            PixelWidth = width,
            PixelHeight = height,
            Caption = figure.Block.Caption,
        };
    }

    private static DocumentTable ToTable(TextBlock block, string id)
    {
        TableItem item = (TableItem)block.Item!;
        return new DocumentTable
        {
            Id = id,
            Page = block.Page,
            Box = block.Box,
            HeaderRows = item.HeaderRows,
            Rows = item.Rows,
            Spans = item.Spans,
            Caption = block.Caption,
        };
    }
}
