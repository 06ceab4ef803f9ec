using System.Runtime.InteropServices;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Formulas;
using Pipeline.Jobs.Extract.Layout;
using Pipeline.Jobs.Extract.Ocr;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract;

/// <summary>Reads the pages of one document: their characters, what is typed onto them and what else they draw.</summary>
/// <param name="pdf">The document.</param>
/// <param name="source">Reads its characters.</param>
/// <param name="fallback">Reads those of pages that the other gives up on; may be the same.</param>
/// <param name="fonts">The document's fonts.</param>
/// <param name="ocr">Reads pages without usable text.</param>
/// <param name="warnings">The document's notes for the reader.</param>
internal sealed class PageReader(
    PdfiumDocument pdf, IPageTextSource source, PdfiumText fallback, FontTable fonts, PageOcr ocr, List<string> warnings)
{
    private readonly SegmentBuilder _segments = new(fonts);
    private readonly FormulaFinder _formulas = new(fonts);

    /// <param name="number">From 1.</param>
    /// <returns>Null for a page that is left out, with a warning.</returns>
    public PageContent? Read(int number)
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
        int turn = TurnOf(number);
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
                return Read(number, page, turn);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                warnings.Add(DocumentProblems.PageAsPicture(number, e));
                return PageContent.AsPicture(number, page.Box);
            }
        }
    }

    private PageContent Read(int number, PdfiumPage page, int turn)
    {
        TextAccount account = new();
        List<Glyph> glyphs = Glyphs(number, page, turn, account);
        glyphs.RemoveAll(g => !g.HasPlace);
        List<PageAnnotation> annotations = pdf.Annotations(page);
        List<Glyph> typed = AnnotationText.GlyphsOf(annotations, glyphs, fonts);
        account.Add(CharacterPlace.Total, account[CharacterPlace.Unreadable] + account[CharacterPlace.Hidden]
            + Count(glyphs) + Count(typed));
        int shown = Count(typed);
        typed.RemoveAll(g => !page.Box.ContainsCenterOf(g.Box));
        account.Add(CharacterPlace.OutsidePage, shown - Count(typed));
        List<PageGraphic> graphics = page.Graphics(out bool covered);
        HiddenText.Remove(glyphs, page.Box, graphics, account);
        if (source.HasHiddenLayers || covered)
        {
            using VisibleInk ink = new(page);
            account.Add(CharacterPlace.Hidden, ink.RemoveUnseen(glyphs));
            if (source.HasHiddenLayers)
                graphics.RemoveAll(g => !ink.Shows(g.Box.Inflate(2)));
        }
        OcrPage read = ReadPicture(number, page, glyphs, graphics, account);
        glyphs.AddRange(typed);
        int slanted = glyphs.Count(g => g.Slanted && g.Text != " ");
        account.Add(CharacterPlace.Slanted, slanted);
        if (slanted >= DocumentLayout.WorthAWarning)
            warnings.Add($"page {number}: {slanted} characters run across the page at an angle and were left out");
        List<TextSegment> segments = DrawnBullets.Mark(_segments.Build(glyphs, annotations, account), graphics);
        return new PageContent(number, page.Box, segments, _segments.BuildSideways(glyphs, account), graphics)
        {
            Formulas = _formulas.Find(segments, glyphs, graphics),
            Account = account,
            Alts = page.Tags?.Pictures ?? [],
            OcrConfidence = read.Confidence,
            LeftOut = read.LeftOut,
        };
    }

    /// <summary>What OCR has read is text of the page too; it stands for what could not be read.</summary>
    private OcrPage ReadPicture(int number, PdfiumPage page, List<Glyph> glyphs, List<PageGraphic> graphics, TextAccount account)
    {
        Glyph[] own = [.. glyphs];
        OcrPage read = ocr.Read(number, page, glyphs, graphics);
        HashSet<Glyph> kept = read.Confidence is null ? [] : [.. own];
        int added = read.Confidence is null ? 0 : Count(glyphs.FindAll(g => !kept.Contains(g)));
        account.Add(CharacterPlace.Total, added);
        account.Add(CharacterPlace.Unreadable, Count(own) + added - Count(glyphs));
        return read;
    }

    private static int Count(ReadOnlySpan<Glyph> glyphs)
    {
        int count = 0;
        foreach (Glyph glyph in glyphs)
            count += glyph.Text == " " ? 0 : 1;
        return count;
    }

    private static int Count(List<Glyph> glyphs) => Count(CollectionsMarshal.AsSpan(glyphs));

    private int TurnOf(int number)
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

    private List<Glyph> Glyphs(int number, PdfiumPage page, int turn, TextAccount account)
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
            account.Clear();
            return fallback.Read(number, page, turn, account);
        }
    }
}
