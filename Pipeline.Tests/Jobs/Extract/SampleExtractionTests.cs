using System.Security.Cryptography;
using Pipeline.Jobs.Caption;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Blocks;
using SkiaSharp;

namespace Pipeline.Tests.Jobs.Extract;

public sealed class SampleExtractionTests(ExtractionFixture fixture) : IClassFixture<ExtractionFixture>
{
    [Theory]
    [InlineData("battery-ageing", "Ageing of 21700 Lithium-Ion Cells under Partial Cycling", 3, 1)]
    [InlineData("calorimeter-manual", "KM-4 Bench Calorimeter: Operating Manual", 3, 2)]
    [InlineData("cooling-handbook", "Data Centre Cooling Handbook: Air, Water and Control", 3, 1)]
    [InlineData("greenhouse-guide", "Climate Control for Tomato Greenhouses", 3, 1)]
    [InlineData("soil-moisture", "Three Years of Soil Moisture on a Loam Field", 3, 1)]
    public void Samples_give_title_figures_and_tables(string name, string title, int figures, int tables)
    {
        ExtractedDocument document = fixture.Sample(name).Document;
        document.Title.ShouldBe(title);
        document.Figures.Count.ShouldBe(figures);
        document.Figures.ShouldAllBe(f => f.Caption != null && f.Caption.StartsWith(f.Label + ":"));
        document.Tables.Count.ShouldBe(tables);
        document.Pages.Count.ShouldBeInRange(2, 8);
        document.Warnings.ShouldBeEmpty();
    }

    [Fact]
    public void Two_columns_are_read_one_after_the_other()
    {
        string markdown = File.ReadAllText(fixture.Sample("battery-ageing").MarkdownPath);
        string[] inOrder =
        [
            "Forty-eight cylindrical cells", "## 1 Introduction", "Stationary storage pays", "## 2 Test objects", "### 2.1 Cells",
            "### 2.2 Cycling", "### 2.3 End of life", "## 3 Results", "### 3.1 Capacity", "### 3.3 Lithium plating", "## 5 Limits",
        ];
        int[] places = inOrder.Select(text => markdown.IndexOf(text, StringComparison.Ordinal)).ToArray();
        places.ShouldAllBe(p => p >= 0);
        places.ShouldBe(places.Order());
    }

    [Fact]
    public void Words_divided_at_line_ends_are_whole_again_and_compounds_keep_their_hyphen()
    {
        string markdown = File.ReadAllText(fixture.Sample("battery-ageing").MarkdownPath);
        markdown.ShouldContain("energy that is delivered over ten years");
        markdown.ShouldContain("nickel-manganese-cobalt oxide");
        markdown.ShouldNotMatch(@"[a-z]- [a-z]");
    }

    [Fact]
    public void A_paragraph_that_goes_on_in_the_next_column_or_page_is_one_block()
    {
        DocumentBlock[] continued = fixture.Samples.SelectMany(s => s.Document.Blocks).Where(b => b.Continued is { Count: > 0 }).ToArray();
        continued.Length.ShouldBeGreaterThan(4);
        continued.ShouldAllBe(b => b.Kind == BlockKind.Paragraph || b.Kind == BlockKind.ListItem);
        DocumentBlock rate = fixture.Sample("greenhouse-guide").Document.Blocks.Single(b => b.Text.StartsWith("Outside air holds 425 ppm"));
        rate.Text.ShouldContain("The usual rate is 50 kg per hectare and hour. Stop the supply one hour before sunset.");
    }

    [Fact]
    public void A_ruled_table_becomes_rows_and_cells()
    {
        ExtractionResult sample = fixture.Sample("cooling-handbook");
        DocumentTable table = sample.Document.Tables.Single();
        table.HeaderRows.ShouldBe(1);
        table.Rows[0].ShouldBe(["Supply temperature", "Free cooling hours", "Chiller energy", "PUE"]);
        table.Rows[3].ShouldBe(["24 °C", "5,480 h", "520 MWh", "1.34"]);
        table.Caption.ShouldBe("Table 1: Effect of the supply temperature in the example hall");
        File.ReadAllText(sample.MarkdownPath).ShouldContain("| 27 °C | 6,690 h | 270 MWh | 1.27 |");
    }

    [Fact]
    public void Figures_stand_in_place_with_their_caption_and_their_picture()
    {
        ExtractionResult sample = fixture.Sample("soil-moisture");
        string markdown = File.ReadAllText(sample.MarkdownPath);
        markdown.ShouldContain("![Figure 2](images/figure-2.png)\n\nFigure 2: Precipitation by season");
        sample.Document.Figures.Single(f => f.Id == "figure-1").Kind.ShouldBe(FigureKind.Image);
        sample.Document.Figures.Single(f => f.Id == "figure-2").Kind.ShouldBe(FigureKind.Vector);
        foreach (DocumentFigure figure in sample.Document.Figures)
        {
            byte[] png = File.ReadAllBytes(Path.Combine(sample.Folder, figure.Image));
            Convert.ToHexStringLower(SHA256.HashData(png)).ShouldBe(figure.Sha256);
            using SKBitmap bitmap = SKBitmap.Decode(png);
            (bitmap.Width, bitmap.Height).ShouldBe((figure.PixelWidth, figure.PixelHeight));
            bitmap.Pixels.Select(p => p.ToString()).Distinct().Count().ShouldBeGreaterThan(8); // something is on it
        }
    }

    [Fact]
    public void Labels_of_charts_are_part_of_the_figure_and_not_of_the_text()
    {
        ExtractedDocument document = fixture.Sample("battery-ageing").Document;
        DocumentBlock chart = document.Blocks.Single(b => b.Kind == BlockKind.Figure && b.Figure == "figure-2");
        chart.Text.ShouldContain("equivalent full cycles");
        chart.Text.ShouldContain("35–65 %");
        document.Blocks.ShouldNotContain(b => b.Kind == BlockKind.Paragraph && b.Text.StartsWith("equivalent full cycles"));
    }

    [Fact]
    public void Running_heads_and_page_numbers_are_kept_apart_from_the_text()
    {
        ExtractionResult sample = fixture.Sample("calorimeter-manual");
        sample.Document.Blocks.Count(b => b.Kind == BlockKind.PageNumber).ShouldBe(sample.Document.Pages.Count);
        sample.Document.Blocks.Count(b => b.Kind == BlockKind.Header).ShouldBe(sample.Document.Pages.Count - 1);
        string markdown = File.ReadAllText(sample.MarkdownPath);
        markdown.Split("KM-4 Bench Calorimeter: Operating Manual").Length.ShouldBe(2); // the title alone
    }

    [Fact]
    public void Lists_and_heading_levels_are_recognised()
    {
        string markdown = File.ReadAllText(fixture.Sample("calorimeter-manual").MarkdownPath);
        markdown.ShouldContain("### 1.1 Safety");
        markdown.ShouldContain("\n- Wear eye protection when you open a cell after a run with gas evolution.\n- Disconnect the mains");
        markdown.ShouldContain("\n1. Remove the transport lock and keep it.\n2. Insert both empty cells and close the lid.\n");
    }

    [Fact]
    public void Boxes_lie_on_their_page()
    {
        foreach (ExtractedDocument document in fixture.Samples.Select(s => s.Document))
            foreach (DocumentBlock block in document.Blocks)
            {
                DocumentPage page = document.Pages[block.Page - 1];
                block.Box.Width.ShouldBeGreaterThan(0);
                block.Box.X0.ShouldBeGreaterThan(0);
                block.Box.X1.ShouldBeLessThan(page.Width + 1);
                block.Box.Y1.ShouldBeLessThan(page.Height + 1);
            }
    }

    [Fact]
    public async Task Extracting_twice_gives_the_same_bytes()
    {
        using TemporaryFolder folder = new();
        ExtractionResult first = fixture.Sample("cooling-handbook");
        ExtractionResult second = await fixture.Extractor.ExtractAsync(
            Path.Combine(ExtractionFixture.SampleFolder, "cooling-handbook.pdf"), folder.File("again"), new ExtractionOptions(),
            TestContext.Current.CancellationToken);
        string[] files = Directory.GetFiles(first.Folder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(first.Folder, f)).Order().ToArray();
        files.ShouldContain("pages/page-0001.png");
        Directory.GetFiles(second.Folder, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(second.Folder, f)).Order()
            .ShouldBe(files);
        foreach (string file in files)
            File.ReadAllBytes(Path.Combine(second.Folder, file)).AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(first.Folder, file)))
                .ShouldBeTrue(file);
    }

    [Fact]
    public void Captions_follow_their_figures_as_quotations()
    {
        ExtractedDocument document = fixture.Sample("soil-moisture").Document;
        string markdown = CaptionedMarkdown.Insert(MarkdownWriter.Write(document), new Dictionary<string,
            string>
        { ["images/figure-3.png"] = "A line chart.\nTwo lines." });
        markdown.ShouldContain("![Figure 3](images/figure-3.png)\n\n> A line chart.\n> Two lines.\n\nFigure 3: Deficit");
        markdown.ShouldContain("![Figure 2](images/figure-2.png)\n\nFigure 2: Precipitation");
    }

    [Fact]
    public void The_document_survives_being_written_and_read()
    {
        ExtractionResult sample = fixture.Sample("greenhouse-guide");
        using TemporaryFolder folder = new();
        ExtractedDocument.Load(sample.JsonPath).Save(folder.File("copy.json"));
        File.ReadAllLines(folder.File("copy.json")).Except(File.ReadAllLines(sample.JsonPath)).ShouldBeEmpty();
        new FileInfo(folder.File("copy.json")).Length.ShouldBe(new FileInfo(sample.JsonPath).Length);
    }
}
