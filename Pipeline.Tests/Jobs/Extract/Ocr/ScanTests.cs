using System.Globalization;
using System.IO.Compression;
using System.Text;
using Pipeline.Jobs;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Ocr;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Worker;

namespace Pipeline.Tests.Jobs.Extract.Ocr;

/// <summary>Pictures of pages through the real program, and programs that misbehave, played by a shell.</summary>
public sealed class ScanTests : IDisposable
{
    private const string Paragraph1 = "The feed pump draws water from the lower tank and pushes it", Paragraph2 =
        "through the filter housing. The controller closes the valve.";

    private readonly TemporaryFolder _folder = new();
    private readonly DocumentExtractor _extractor = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _extractor.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_scan_becomes_headings_paragraphs_and_a_table()
    {
        RequireTesseract();
        string grid = string.Concat(
            from y in (double[])[500, 530, 560, 590] select $"72 {y} 300 0.8 re f\n")
            + string.Concat(from x in (double[])[72, 222, 372] select $"{x} 500 0.8 90.8 re f\n");
        byte[] page = PdfBuilder.WithPages(PdfBuilder.Text(
            (72, 760, 20, "Water supply"), (72, 720, 11, Paragraph1), (72, 705, 11, Paragraph2),
            (80, 570, 11, "Part"), (230, 570, 11, "Number"),
            (80, 540, 11, "Valve"), (230, 540, 11, "4711"), (80, 510, 11, "Housing"), (230, 510, 11, "4712")) + grid);
        ExtractedDocument document = (await ExtractAsync(Scanned(page, 200))).Document;
        document.Warnings.ShouldBeEmpty();
        document.Figures.ShouldBeEmpty();
        document.Pages[0].HasText.ShouldBeTrue();
        document.Pages[0].OcrConfidence!.Value.ShouldBeInRange(80, 100);
        document.Blocks.Single(b => b.Kind == BlockKind.Heading).Text.ShouldBe("Water supply");
        document.Blocks.Single(b => b.Kind == BlockKind.Paragraph).Text.ShouldBe($"{Paragraph1} {Paragraph2}");
        document.Blocks.Single(b => b.Kind == BlockKind.Heading).Box.Y0.ShouldBe(756, 4);
        document.Tables.ShouldHaveSingleItem().Rows.ShouldBe([["Part", "Number"], ["Valve", "4711"], ["Housing", "4712"]]);
    }

    [Fact]
    public async Task Without_ocr_a_scan_is_the_picture_of_its_page()
    {
        byte[] scan = Scanned(PdfBuilder.WithPages(PdfBuilder.Text((72, 720, 11, Paragraph1))), 100);
        ExtractedDocument document = (await ExtractAsync(scan, new ExtractionOptions { Ocr = OcrMode.Off })).Document;
        document.Figures.ShouldHaveSingleItem().Kind.ShouldBe(FigureKind.Page);
        document.Pages[0].OcrConfidence.ShouldBeNull();
    }

    [Fact]
    public async Task A_page_with_text_of_its_own_is_read_only_by_force()
    {
        RequireTesseract();
        byte[] page = PdfBuilder.WithPages(PdfBuilder.Text((72, 720, 11, Paragraph1), (72, 705, 11, Paragraph2)));
        (await ExtractAsync(page)).Document.Pages[0].OcrConfidence.ShouldBeNull();
        ExtractedDocument forced = (await ExtractAsync(page, new ExtractionOptions { Ocr = OcrMode.Force })).Document;
        forced.Pages[0].OcrConfidence.ShouldNotBeNull();
        forced.Blocks.Single(b => b.Kind == BlockKind.Paragraph).Text.ShouldBe($"{Paragraph1} {Paragraph2}");
    }

    [Fact]
    public async Task A_language_that_is_not_installed_is_named_with_its_package()
    {
        RequireTesseract();
        byte[] scan = Scanned(PdfBuilder.WithPages(PdfBuilder.Text((72, 720, 11, Paragraph1))), 150);
        ExtractionResult some = await ExtractAsync(scan, new ExtractionOptions { OcrLanguages = "eng+xx_none" });
        some.Document.Warnings.ShouldBe(
            ["OCR read without the language 'xx_none'; install it with: apt-get install tesseract-ocr-xx-none"]);
        File.ReadAllText(some.MarkdownPath).ShouldContain(Paragraph1);
        ExtractionResult none = await ExtractAsync(scan, new ExtractionOptions { OcrLanguages = "xx_none" });
        none.Document.Warnings.ShouldContain(
            "page 1: no readable text; install its language (apt-get install tesseract-ocr-xx-none) to read it");
    }

    [Fact]
    public void Without_tesseract_each_page_that_needs_it_has_a_warning()
    {
        ExtractedDocument document = Parse(null);
        document.Warnings.ShouldContain("page 1: no readable text; install Tesseract (./pipeline install --ocr) to read it");
        document.Warnings.ShouldNotContain(w => w.StartsWith("page 2", StringComparison.Ordinal));
        document.Figures.ShouldHaveSingleItem().Id.ShouldBe("page-1");
    }

    [Theory]
    [InlineData("cat > /dev/null; echo 'out of luck' >&2; exit 3", "page 1: OCR failed (tesseract ended with exit code 3: out of luck)")]
    [InlineData("exit 1", "page 1: OCR failed (tesseract ended with exit code 1: )")]
    [InlineData("cat > /dev/null; printf '5\\t1\\n'", "page 1: OCR failed (Tesseract wrote '5\t1', expected 12 columns)")]
    public void A_program_that_fails_costs_the_page_and_not_the_document(string script, string warning)
    {
        ExtractedDocument document = Parse(Program(script));
        document.Warnings.ShouldContain(warning);
        document.Blocks.ShouldContain(b => b.Page == 2 && b.Text == Paragraph1);
    }

    [Fact]
    public void A_program_that_hangs_is_ended()
    {
        OcrSettings settings = new(OcrMode.Auto, Program($"echo $$ > '{_folder.File("id")}'; exec sleep 100000"), "", ["eng"], []);
        using Raster picture = new(100, 100);
        Should.Throw<OcrException>(() => Tesseract.Read(settings, picture, 300, TimeSpan.FromSeconds(1))).Message
            .ShouldBe("not finished after 1 s");
        int id = int.Parse(File.ReadAllText(_folder.File("id")), CultureInfo.InvariantCulture);
        SpinWait.SpinUntil(() => !Directory.Exists($"/proc/{id}"), TimeSpan.FromSeconds(30)).ShouldBeTrue();
    }

    [Fact]
    public async Task The_time_that_ocr_takes_is_not_the_documents()
    {
        File.WriteAllBytes(_folder.File("a.pdf"), PdfBuilder.WithPages(""));
        // The parser asks for a minute, takes longer than the document's limit of a second, and gives the rest back.
        HostCommand shell = new("/bin/sh", ["-c",
            """read line; echo '{"Kind":6,"Seconds":60}'; sleep 2; echo '{"Kind":2,"Reason":0,"Message":"said after two seconds"}'"""]);
        using ParserProcess parser = ParserProcess.Start(shell, 512);
        ParseRequest request = new(_folder.File("a.pdf"), "a.pdf", _folder.File("out"), 72, 10, WithoutPdfPig: false);
        (await Should.ThrowAsync<BadDocumentException>(parser.ParseAsync(request, TimeSpan.FromSeconds(1), null, Token))).Message
            .ShouldBe("said after two seconds");
    }

    private static void RequireTesseract() =>
        Assert.SkipWhen(Tesseract.Find() is null, "tesseract is not installed; './pipeline install --tests' installs it");

    private string Program(string script)
    {
        string path = _folder.File("tesseract");
        File.WriteAllText(path, $"#!/bin/sh\n{script}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>A scan and a page of text, read in this process by a given program.</summary>
    private ExtractedDocument Parse(string? program)
    {
        File.WriteAllBytes(_folder.File("a.pdf"), Scanned(
            PdfBuilder.WithPages(PdfBuilder.Text((72, 720, 11, Paragraph1))), 100, PdfBuilder.Text((72, 720, 11, Paragraph1))));
        Directory.CreateDirectory(_folder.File("out"));
        OcrSettings settings = new(OcrMode.Auto, program, "", program is null ? [] : ["eng"], []);
        return DocumentParser.Parse(
            new ParseRequest(_folder.File("a.pdf"), "a.pdf", _folder.File("out"), 72, 10, WithoutPdfPig: false, settings), (_, _) => { },
            _ => { });
    }

    private async Task<ExtractionResult> ExtractAsync(byte[] content, ExtractionOptions? options = null)
    {
        await File.WriteAllBytesAsync(_folder.File("a.pdf"), content, Token);
        return await _extractor.ExtractAsync(_folder.File("a.pdf"), _folder.File("out"), options ?? new ExtractionOptions(), Token);
    }

    /// <summary>The first page of a document as a scanner delivers it: one picture and no text; then pages with text.</summary>
    private static byte[] Scanned(byte[] pdf, double dpi, params string[] more)
    {
        using PdfiumDocument document = PdfiumDocument.Open("a.pdf", pdf);
        using PdfiumPage page = document.OpenPage(1);
        using Raster raster = page.Render(dpi);
        using MemoryStream packed = new();
        using (ZLibStream deflate = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            for (int y = 0; y < raster.Height; y++) deflate.Write(raster.Row(y));
        PdfBuilder scan = new();
        scan.Add("<< /Type /Catalog /Pages 2 0 R >>");
        string kids = string.Join(' ', Enumerable.Range(0, 1 + more.Length).Select(i => $"{5 + 2 * i} 0 R"));
        scan.Add($"<< /Type /Pages /Count {1 + more.Length} /Kids [{kids}] >>");
        scan.Add(PdfBuilder.Stream(Encoding.Latin1.GetString(packed.ToArray()), string.Create(CultureInfo.InvariantCulture,
            $" /Type /XObject /Subtype /Image /Width {raster.Width} /Height {raster.Height} /ColorSpace /DeviceRGB /BitsPerComponent 8 "
            + $"/Filter /FlateDecode")));
        scan.Add("<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>");
        foreach (string content in more.Prepend("q 595 0 0 842 0 0 cm /I Do Q"))
        {
            scan.Add("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /XObject << /I 3 0 R >> /Font << /F1 4 0 R >> >> "
                + $"/Contents {scan.Next + 1} 0 R >>");
            scan.Add(PdfBuilder.Stream(content));
        }
        return scan.Build();
    }
}
