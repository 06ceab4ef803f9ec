using System.Security.Cryptography;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Ocr;
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
    /// <param name="allow">Called with the time that OCR may take beyond the document's limit, and with what it left of it.</param>
    /// <exception cref="BadDocumentException">The file cannot be read.</exception>
    public static ExtractedDocument Parse(ParseRequest request, Action<int, int> progress, Action<TimeSpan> allow)
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
        List<PageContent> pages = ReadPages(request, content, pdf, fonts, warnings, progress, allow);
        if (pages.TrueForAll(p => !p.HasText))
            warnings.Add("no text in the whole document: its pages are treated as pictures");
        List<TextBlock> blocks = DocumentLayout.Understand(pages, pdf.Metadata("Title"), pdf.Outline(), warnings);

        List<NumberedFigure> figures = FigureNumbers.Assign(blocks);
        FigureImages images = FigureImages.Write(pdf, pages, DocumentAssembler.Crops(figures, blocks), request.RasterDpi, request.Folder);
        ExtractedDocument document = DocumentAssembler.Assemble(pages, blocks, figures, images, fonts) with
        {
            FileName = request.Name,
            Sha256 = sha256,
            Bytes = size,
            Warnings = warnings,
            Title = DocumentTitle.Choose(pdf.Metadata("Title"), blocks),
        };
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
        List<PageContent> pages = ReadPages(request, content, document, new FontTable(), [], (_, _) => { }, _ => { });
        DocumentLayout.Understand(pages, document.Metadata("Title"), document.Outline(), []);
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
        ParseRequest request, byte[] content, PdfiumDocument pdf, FontTable fonts, List<string> warnings, Action<int, int> progress,
        Action<TimeSpan> allow)
    {
        PdfiumText fallback = new(fonts);
        using IPageTextSource source = OpenText(request, content, pdf, fonts, warnings) ?? (IPageTextSource)fallback;
        PageOcr ocr = new(request.Ocr ?? OcrSettings.Off, fonts, warnings, allow);
        PageReader reader = new(pdf, source, fallback, fonts, ocr, warnings);
        List<PageContent> pages = new(pdf.PageCount);
        for (int number = 1; number <= pdf.PageCount; number++)
        {
            progress(number, pdf.PageCount);
            if (reader.Read(number) is { } page)
                pages.Add(page);
        }
        return pages.Count > 0 ? pages : throw DocumentProblems.Damaged(request.Name);
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
}
