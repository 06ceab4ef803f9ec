using System.Text;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;
using Pipeline.Models;

namespace Pipeline.Tests.Jobs.Extract;

/// <summary>Files that cannot be extracted, or only in part: what is said, and that the next document still works.</summary>
public sealed class HostileDocumentTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DocumentExtractor _extractor = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        _extractor.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task An_encrypted_file_asks_for_its_password_to_be_removed()
    {
        BadDocumentException error = await FailAsync(PdfBuilder.Encrypted());
        error.Reason.ShouldBe(BadDocumentReason.Encrypted);
        error.Message.ShouldBe("report.pdf: encrypted with a password; remove the password or exclude the file");
    }

    [Fact]
    public async Task An_empty_file_is_called_empty()
    {
        BadDocumentException error = await FailAsync([]);
        error.Message.ShouldBe("report.pdf: the file is empty (0 bytes); copy it again or remove it");
    }

    [Theory]
    [InlineData("Dear reader, this is a letter.", "plain text")]
    [InlineData("<!DOCTYPE html><html><body>Not found</body></html>", "a web page, as a failed download leaves it")]
    [InlineData("PK\u0003\u0004 and so on", "a zip archive or an Office document")]
    public async Task A_file_that_only_has_the_name_of_a_pdf_is_called_what_it_is(string content, string looksLike)
    {
        BadDocumentException error = await FailAsync(Encoding.Latin1.GetBytes(content));
        error.Reason.ShouldBe(BadDocumentReason.NotPdf);
        error.Message.ShouldBe($"report.pdf: not a PDF (no %PDF header; it looks like {looksLike}); convert it to PDF or remove it");
    }

    [Fact]
    public async Task A_file_without_pages_is_refused()
    {
        PdfBuilder pdf = new();
        pdf.Add("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.Add("<< /Type /Pages /Count 0 /Kids [] >>");
        BadDocumentException error = await FailAsync(pdf.Build());
        error.Reason.ShouldBeOneOf(BadDocumentReason.NoPages, BadDocumentReason.Damaged);
        error.Message.ShouldStartWith("report.pdf: ");
    }

    [Fact]
    public async Task Bytes_after_the_header_that_are_no_pdf_are_called_damaged()
    {
        BadDocumentException error = await FailAsync(Encoding.Latin1.GetBytes("%PDF-1.7\n" + new string('x', 4000)));
        error.Message.ShouldBe(
            "report.pdf: damaged or truncated, and it could not be repaired; copy it again from its source or exclude the file");
    }

    [Theory]
    [InlineData(0.97)]
    [InlineData(0.75)]
    public async Task The_pages_that_a_truncated_file_still_holds_are_recovered(double kept)
    {
        byte[] whole = PdfBuilder.WithPages(Enumerable.Range(1, 12).Select(i =>
            PdfBuilder.Text((72, 700, 11, $"Page {i} says that the valve closes at {i} bar."))).ToArray());
        ExtractionResult result = await ExtractAsync(whole[..(int)(kept * whole.Length)]);
        result.Document.Pages.Count.ShouldBeGreaterThan(6);
        result.Document.Warnings.ShouldNotBeEmpty();
        File.ReadAllText(result.MarkdownPath).ShouldContain("Page 3 says that the valve closes at 3 bar.");
    }

    [Fact]
    public async Task A_page_tree_that_contains_itself_ends_in_a_message()
    {
        PdfBuilder pdf = new();
        pdf.Add("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.Add("<< /Type /Pages /Count 2 /Parent 2 0 R /Kids [2 0 R 2 0 R] >>");
        BadDocumentException error = await FailAsync(pdf.Build());
        error.Message.ShouldStartWith("report.pdf: ");
    }

    [Fact]
    public async Task Nesting_without_end_costs_this_document_at_most_and_the_next_one_works()
    {
        const int Depth = 300_000;
        string bomb = new string('[', Depth) + new string(']', Depth);
        PdfBuilder pdf = new();
        pdf.Add("<< /Type /Catalog /Pages 2 0 R >>");
        pdf.Add("<< /Type /Pages /Count 1 /Kids [3 0 R] >>");
        pdf.Add($"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /PieceInfo {bomb} /Annots {bomb} >>");
        pdf.Add(PdfBuilder.Stream(bomb + " TJ"));
        try
        {
            ExtractionResult result = await ExtractAsync(pdf.Build());
            result.Document.Pages.Count.ShouldBe(1); // PDFium alone survived it
        }
        catch (BadDocumentException error)
        {
            error.Message.ShouldStartWith("report.pdf: ");
        }
        await AssertHealthyAsync();
    }

    [Fact]
    public async Task A_file_that_unpacks_to_more_than_the_limit_is_stopped_and_the_next_one_works()
    {
        ExtractionOptions options = new() { MegabytesPerDocument = 300, SecondsPerDocument = 60 };
        BadDocumentException error = await FailAsync(PdfBuilder.FlateBomb(900L << 20), options);
        error.Reason.ShouldBeOneOf(BadDocumentReason.OutOfMemory, BadDocumentReason.ParserCrashed);
        error.Message.ShouldStartWith("report.pdf: ");
        await AssertHealthyAsync();
    }

    [Fact]
    public async Task More_pages_than_allowed_are_refused_with_the_setting_to_raise()
    {
        byte[] pdf = PdfBuilder.WithPages("", "", "");
        BadDocumentException error = await FailAsync(pdf, new ExtractionOptions { MaxPages = 2 });
        error.Message.ShouldBe("report.pdf: 3 pages, the limit is 2; split the file or raise extraction.max_pages");
    }

    [Fact]
    public async Task A_scan_without_text_becomes_a_picture_of_its_page()
    {
        // A grey rectangle over most of the page stands for the scanned image.
        ExtractionResult result = await ExtractAsync(PdfBuilder.WithPages("0.7 g 20 20 555 802 re f\n", ""));
        DocumentFigure figure = result.Document.Figures.ShouldHaveSingleItem(); // the second page is blank
        figure.Id.ShouldBe("page-1");
        figure.Kind.ShouldBe(FigureKind.Page);
        figure.Image.ShouldBe("pages/page-0001.png");
        result.Document.Pages.ShouldAllBe(p => !p.HasText);
        result.Document.Warnings.ShouldContain("no text in the whole document: its pages are treated as pictures");
        File.ReadAllText(result.MarkdownPath).ShouldBe("![Page 1](pages/page-0001.png)\n");
    }

    [Fact]
    public async Task Halves_of_characters_are_left_out_and_the_rest_stays()
    {
        string file = Path.Combine(RepositoryRoot.Path, "Pipeline.Tests", "Cases", "hostile", "half-characters.pdf");
        ExtractionResult result = await ExtractAsync(await File.ReadAllBytesAsync(file, Token));
        string markdown = await File.ReadAllTextAsync(result.MarkdownPath, Token);
        markdown.Length.ShouldBeGreaterThan(5);
        markdown.ShouldNotContain('\ufffd');
    }

    [Theory]
    [InlineData("\ud9ac", "")]
    [InlineData("a\udc00b", "ab")]
    [InlineData("\ud83d\ude00", "\ud83d\ude00")]
    [InlineData(" \u00a0", " ")]
    public void Characters_are_whole_or_left_out(string raw, string clean) => GlyphText.Clean(raw).ShouldBe(clean);

    [Theory]
    [InlineData("0 0 0.001 842")]
    [InlineData("0 0 595 0.004")]
    public async Task A_page_without_area_costs_that_page(string mediaBox)
    {
        string[] texts = ["First page of the manual.", "Second page of the manual."];
        string whole = Encoding.Latin1.GetString(PdfBuilder.WithPages([.. texts.Select(t => PdfBuilder.Text((72, 700, 11, t)))]));
        int second = whole.LastIndexOf("0 0 595 842", StringComparison.Ordinal);
        string narrow = whole[..second] + mediaBox.PadRight(11) + whole[(second + 11)..];
        ExtractionResult result = await ExtractAsync(Encoding.Latin1.GetBytes(narrow));
        result.Document.Pages.ShouldHaveSingleItem().Number.ShouldBe(1);
        result.Document.Warnings.ShouldContain("page 2 of 2 has no area and was left out");
        File.ReadAllText(result.MarkdownPath).ShouldBe("First page of the manual.\n");
    }

    [Fact]
    public async Task A_page_as_long_as_a_street_gets_a_picture_of_a_size_that_programs_open()
    {
        byte[] pdf = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(PdfBuilder.WithPages("0 0 m 1 1 l S"))
            .Replace("0 0 595 842", "0 0 1 90000", StringComparison.Ordinal));
        ExtractionResult result = await ExtractAsync(pdf);
        byte[] png = File.ReadAllBytes(Path.Combine(result.Folder, result.Document.Pages[0].Image));
        System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(20)).ShouldBe(32_767);
    }

    [Fact]
    public async Task A_missing_file_and_a_folder_of_other_things_are_named()
    {
        InputException missing = await Should.ThrowAsync<InputException>(
            _extractor.ExtractAsync(_folder.File("none.pdf"), _folder.File("out"), new ExtractionOptions(), Token));
        missing.Message.ShouldBe($"{_folder.File("none.pdf")}: no such file");

        Directory.CreateDirectory(_folder.File("mine"));
        File.WriteAllText(_folder.File("mine/diary.txt"), "keep");
        File.WriteAllBytes(_folder.File("report.pdf"), PdfBuilder.WithPages(""));
        InputException occupied = await Should.ThrowAsync<InputException>(
            _extractor.ExtractAsync(_folder.File("report.pdf"), _folder.File("mine"), new ExtractionOptions(), Token));
        occupied.Message.ShouldContain("holds files that are not an extraction");
        File.ReadAllText(_folder.File("mine/diary.txt")).ShouldBe("keep");
    }

    private async Task<BadDocumentException> FailAsync(byte[] content, ExtractionOptions? options = null)
    {
        BadDocumentException error = await Should.ThrowAsync<BadDocumentException>(ExtractAsync(content, options));
        Directory.GetFileSystemEntries(_folder.Path).ShouldBe([_folder.File("report.pdf")]); // nothing half done is left
        return error;
    }

    private async Task<ExtractionResult> ExtractAsync(byte[] content, ExtractionOptions? options = null)
    {
        await File.WriteAllBytesAsync(_folder.File("report.pdf"), content, Token);
        return await _extractor.ExtractAsync(_folder.File("report.pdf"), _folder.File("out"), options ?? new ExtractionOptions(), Token);
    }

    private async Task AssertHealthyAsync()
    {
        File.WriteAllBytes(_folder.File("good.pdf"), PdfBuilder.WithPages(PdfBuilder.Text((72, 700, 12, "All is well here."))));
        ExtractionResult good = await _extractor.ExtractAsync(_folder.File("good.pdf"), _folder.File("good"), new ExtractionOptions(),
            Token);
        File.ReadAllText(good.MarkdownPath).ShouldContain("All is well here.");
    }
}
