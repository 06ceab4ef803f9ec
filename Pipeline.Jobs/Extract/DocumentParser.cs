using System.Security.Cryptography;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;
using Pipeline.Jobs.Extract.Worker;

namespace Pipeline.Jobs.Extract;

/// <summary>
/// Turns a PDF into files, in this process. Only <see cref="Worker.ParserWorker"/> and benchmarks call it: hostile files can
/// crash the process.
/// </summary>
internal static class DocumentParser
{
    /// <param name="request">What to parse.</param>
    /// <param name="progress">Called with (pages read, total pages).</param>
    /// <exception cref="BadDocumentException">The file cannot be read.</exception>
    public static ExtractedDocument Parse(ParseRequest request, Action<int, int> progress)
    {
        byte[] content = File.ReadAllBytes(request.Pdf);
        FileSignature.RequirePdf(request.Name, content);
        List<string> warnings = new();
        using PdfiumDocument pdf = OpenOrRepair(request.Name, ref content, warnings, out string sha256, out long size);
        if (pdf.PageCount == 0)
            throw DocumentProblems.NoPages(request.Name);
        if (pdf.PageCount > request.MaxPages)
            throw DocumentProblems.TooManyPages(request.Name, pdf.PageCount, request.MaxPages);

        FontTable fonts = new();
        List<PageContent> pages = ReadPages(request, content, pdf, fonts, warnings, progress);
        if (pages.TrueForAll(p => !p.HasText))
            warnings.Add("no text in the whole document: its pages are treated as pictures");
        List<TextBlock> blocks = DocumentLayout.Understand(pages, pdf.Metadata("Title"), warnings);
        pages = pages.ConvertAll(p => p.Outline());

        List<NumberedFigure> figures = FigureNumbers.Assign(blocks);
        FigureImages images = FigureImages.Write(pdf, pages, figures, request.RasterDpi, request.Folder);
        ExtractedDocument document = DocumentAssembler.Assemble(pages, blocks, figures, images, fonts) with
        {
            FileName = request.Name,
            Sha256 = sha256,
            Bytes = size,
            Warnings = warnings,
        };
        document = document with { Title = document.Title ?? pdf.Metadata("Title") };
        File.WriteAllText(Path.Combine(request.Folder, ExtractionResult.MarkdownFile), MarkdownWriter.Write(document));
        document.Save(Path.Combine(request.Folder, ExtractionResult.JsonFile)); // last: it marks the folder complete
        return document;
    }

    /// <summary>Text and layout only, for benchmarks.</summary>
    /// <returns>The pages read.</returns>
    internal static List<PageContent> ReadTextAndLayout(string pdf)
    {
        byte[] content = File.ReadAllBytes(pdf);
        string name = Path.GetFileName(pdf);
        using PdfiumDocument document = PdfiumDocument.Open(name, content);
        ParseRequest request = new(pdf, name, "", 0, int.MaxValue, WithoutPdfPig: false);
        List<PageContent> pages = ReadPages(request, content, document, new FontTable(), [], (_, _) => { });
        DocumentLayout.Understand(pages, document.Metadata("Title"), []);
        return pages;
    }

    private static PdfiumDocument OpenOrRepair(
        string name, ref byte[] content, List<string> warnings, out string sha256, out long size)
    {
        sha256 = Convert.ToHexStringLower(SHA256.HashData(content));
        size = content.Length;
        try
        {
            PdfiumDocument document = PdfiumDocument.Open(name, content);
            if (document.CrossReferenceRebuilt)
                warnings.Add("the file's index was damaged and has been rebuilt: content may be missing");
            return document;
        }
        catch (BadDocumentException e) when (e.Reason == BadDocumentReason.Damaged && PdfRepair.TryRepair(content) is { } repaired)
        {
            PdfiumDocument document = PdfiumDocument.Open(name, repaired);
            content = repaired;
            warnings.Add($"the file is truncated; {document.PageCount} pages could be recovered");
            return document;
        }
    }

    private static List<PageContent> ReadPages(
        ParseRequest request, byte[] content, PdfiumDocument pdf, FontTable fonts, List<string> warnings, Action<int, int> progress)
    {
        PdfiumText fallback = new(fonts);
        using IPageTextSource source = OpenText(request, content, pdf, fonts, warnings) ?? (IPageTextSource)fallback;
        SegmentBuilder segments = new(fonts);
        List<PageContent> pages = new(pdf.PageCount);
        for (int number = 1; number <= pdf.PageCount; number++)
        {
            progress(number, pdf.PageCount);
            if (ReadPage(number, pdf, source, fallback, segments, warnings) is { } page)
                pages.Add(page);
        }
        return pages.Count > 0 ? pages : throw DocumentProblems.Damaged(request.Name);
    }

    /// <returns>Null for a page that is left out, with a warning.</returns>
    private static PageContent? ReadPage(
        int number, PdfiumDocument pdf, IPageTextSource source, PdfiumText fallback, SegmentBuilder segments, List<string> warnings)
    {
        PdfiumPage page;
        try
        {
            page = pdf.OpenPage(number);
        }
        catch (BadDocumentException) when (pdf.PageCount > 1)
        {
            warnings.Add($"page {number} of {pdf.PageCount} is damaged and was left out");
            return null;
        }
        int turn = TurnOf(source, number);
        if (turn != 0)
        {
            page = pdf.Turn(page, number, turn);
            warnings.Add($"page {number}: its text runs sideways; the page was turned");
        }
        using (page)
        {
            if (!page.HasArea)
            {
                warnings.Add($"page {number} of {pdf.PageCount} has no area and was left out");
                return null;
            }
            try
            {
                List<Glyph> glyphs = ReadGlyphs(source, fallback, number, page, turn, warnings);
                glyphs.RemoveAll(g => !g.HasPlace);
                List<PageGraphic> graphics = page.Graphics();
                HiddenText.Remove(glyphs, page.Box, graphics);
                return new PageContent(
                    number, page.Box, segments.Build(glyphs), glyphs.Where(g => !g.Upright && g.Text != " ").Select(g => g.Box).ToList(),
                    graphics);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                warnings.Add(DocumentProblems.PageAsPicture(number, e));
                return PageContent.AsPicture(number, page.Box);
            }
        }
    }

    private static PdfPigText? OpenText(
        ParseRequest request, byte[] content, PdfiumDocument pdf, FontTable fonts, List<string> warnings)
    {
        if (request.WithoutPdfPig)
        {
            warnings.Add("read with PDFium alone: PdfPig did not survive this file");
            return null;
        }
        PdfPigText? text = null;
        try
        {
            text = new PdfPigText(content, fonts);
            if (text.PageCount == pdf.PageCount)
                return text;
            warnings.Add($"PdfPig sees {text.PageCount} pages, PDFium {pdf.PageCount}: read with PDFium alone");
        }
        catch (Exception e) when (e is not OutOfMemoryException) // PdfPig throws exceptions of any kind on broken files
        {
            warnings.Add($"PdfPig cannot read this file ({e.GetType().Name}): read with PDFium alone");
        }
        text?.Dispose();
        return null;
    }

    private static int TurnOf(IPageTextSource source, int number)
    {
        try
        {
            return source.TurnOf(number);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return 0;       // reading the page tells what is wrong with it
        }
    }

    private static List<Glyph> ReadGlyphs(
        IPageTextSource source, PdfiumText fallback, int number, PdfiumPage page, int turn, List<string> warnings)
    {
        if (source == fallback)
            return fallback.Read(number, page, turn);
        try
        {
            return source.Read(number, page, turn);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            warnings.Add($"PdfPig cannot read page {number} ({e.GetType().Name}): read with PDFium");
            return fallback.Read(number, page, turn);
        }
    }
}
