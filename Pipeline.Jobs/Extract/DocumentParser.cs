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
        List<TextBlock> blocks = DocumentLayout.Understand(pages, pdf.Metadata("Title"), pdf.Outline());

        List<NumberedFigure> figures = FigureNumbers.Assign(blocks);
        FigureImages images = FigureImages.Write(pdf, pages, figures, request.RasterDpi, request.Folder);
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
        DocumentLayout.Understand(pages, document.Metadata("Title"), document.Outline());
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
        PageOcr ocr = new(request.Ocr ?? OcrSettings.Off, fonts, warnings, allow);
        PdfiumText fallback = new(fonts);
        using IPageTextSource source = OpenText(request, content, pdf, fonts, warnings) ?? (IPageTextSource)fallback;
        SegmentBuilder segments = new(fonts);
        List<PageContent> pages = new(pdf.PageCount);
        for (int number = 1; number <= pdf.PageCount; number++)
        {
            progress(number, pdf.PageCount);
            PdfiumPage page;
            try
            {
                page = pdf.OpenPage(number);
            }
            catch (BadDocumentException e) when (pdf.PageCount > 1)
            {
                warnings.Add($"page {number} of {pdf.PageCount} is damaged and was left out");
                if (number == pdf.PageCount && pages.Count == 0)
                    throw DocumentProblems.Damaged(request.Name, e);
                continue;
            }
            int turn = TurnOf(source, number);
            if (turn != 0)
            {
                page = pdf.Turn(page, number, turn);
                warnings.Add($"page {number}: its text runs sideways; the page was turned");
            }
            using (page)
            {
                pages.Add(ReadPage(pdf, page, number, segments, fonts, ocr, account =>
                    (ReadGlyphs(source, fallback, number, page, turn, account, warnings), source.HasHiddenLayers)));
            }
        }
        return pages;
    }

    private static PageContent ReadPage(
        PdfiumDocument pdf, PdfiumPage page, int number, SegmentBuilder segments, FontTable fonts, PageOcr ocr,
        Func<TextAccount, (List<Glyph> Glyphs, bool HiddenLayers)> readGlyphs)
    {
        TextAccount account = new();
        (List<Glyph> glyphs, bool hiddenLayers) = readGlyphs(account);
        List<PageAnnotation> annotations = pdf.Annotations(page);
        List<Glyph> typed = AnnotationText.GlyphsOf(annotations, glyphs, fonts);
        account.Add(CharacterPlace.Total, account[CharacterPlace.Unreadable] + account[CharacterPlace.Hidden]
            + glyphs.Count(g => g.Text != " ") + typed.Count(g => g.Text != " "));
        List<PageGraphic> graphics = page.Graphics(out bool covered);
        HiddenText.Remove(glyphs, page.Box, graphics, account);
        if (hiddenLayers || covered)
        {
            using VisibleInk ink = new(page);
            account.Add(CharacterPlace.Hidden, ink.RemoveUnseen(glyphs));
            if (hiddenLayers)
                graphics.RemoveAll(g => !ink.Shows(g.Box.Inflate(2)));
        }
        Glyph[] own = [.. glyphs.Where(g => g.Text != " ")];
        OcrPage read = ocr.Read(number, page, glyphs, graphics);
        // What OCR has read is text of the page too; it stands for what could not be read.
        HashSet<Glyph> kept = read.Confidence is null ? [] : [.. own];
        int added = read.Confidence is null ? 0 : glyphs.Count(g => g.Text != " " && !kept.Contains(g));
        account.Add(CharacterPlace.Total, added);
        account.Add(CharacterPlace.Unreadable, own.Length + added - glyphs.Count(g => g.Text != " "));
        glyphs.AddRange(typed);
        account.Add(CharacterPlace.Slanted, glyphs.Count(g => g.Slanted && g.Text != " "));
        return new PageContent(
            number, page.Box, DrawnBullets.Mark(segments.Build(glyphs, annotations, account), graphics),
            segments.BuildSideways(glyphs, account), graphics)
        {
            Account = account,
            OcrConfidence = read.Confidence,
            LeftOut = read.LeftOut,
        };
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
        IPageTextSource source, PdfiumText fallback, int number, PdfiumPage page, int turn, TextAccount account, List<string> warnings)
    {
        if (source == fallback)
            return fallback.Read(number, page, turn, account);
        try
        {
            return source.Read(number, page, turn, account);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            warnings.Add($"PdfPig cannot read page {number} ({e.GetType().Name}): read with PDFium");
            return fallback.Read(number, page, turn, account);
        }
    }
}
