using System.Diagnostics;
using System.Globalization;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Ocr;

/// <summary>Reads the pages of one document whose own text is missing or unreadable. Pages with usable text cost nothing.</summary>
/// <param name="settings">What to read with.</param>
/// <param name="fonts">The document's fonts.</param>
/// <param name="warnings">The document's notes for the reader.</param>
/// <param name="allow">Called with the time that a page may take beyond the document's, and with what it left of it.</param>
internal sealed class PageOcr(OcrSettings settings, FontTable fonts, List<string> warnings, Action<TimeSpan> allow)
{
    private const double Dpi = 300;             // what Tesseract is trained for
    private const double LeastConfidence = 30;  // percent; less is dirt, and the edges of pictures
    private const double LowConfidence = 70;    // percent; less is worth a warning

    /// <summary>Longest time of one page.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(120);

    private readonly OcrGlyphs _glyphs = new(fonts);
    private bool _missingTold;

    /// <summary>Replaces the text of a page, or what is unreadable of it, by what OCR reads.</summary>
    /// <param name="number">From 1.</param>
    /// <param name="page">The page.</param>
    /// <param name="glyphs">Its text.</param>
    /// <param name="graphics">What else it draws; shapes that OCR has read as letters are removed.</param>
    /// <returns>What became of the page's text.</returns>
    public OcrPage Read(int number, PdfiumPage page, List<Glyph> glyphs, List<PageGraphic> graphics)
    {
        List<Glyph> unreadable = UnreadableText.Take(glyphs);
        bool picture = OcrNeed.IsPicture(glyphs, graphics, page.Box);
        bool wanted = settings.Mode == OcrMode.Force || (settings.Mode == OcrMode.Auto && picture);
        string left = $"page {number}: text in a font that does not say its letters was left out";
        if (settings.Mode == OcrMode.Off || !(wanted || unreadable.Count > 0))
        {
            if (unreadable.Count > 0)
                warnings.Add(left);
            return new OcrPage(null, unreadable);
        }
        if (!settings.Available)
        {
            warnings.Add(unreadable.Count > 0 ? $"{left}; {settings.Fix}"
                : picture ? $"page {number}: no readable text; {settings.Fix}" : $"page {number}: not read by OCR; {settings.Fix}");
            return new OcrPage(null, unreadable);
        }
        TellMissing();
        List<OcrWord> words;
        List<PageGraphic> rules;
        double dpi = page.EffectiveDpi(Dpi);
        Stopwatch watch = Stopwatch.StartNew();
        allow(Limit);
        try
        {
            using Raster raster = page.Render(dpi);
            words = Tesseract.Read(settings, raster, dpi, Limit);
            rules = wanted ? RasterRules.Find(raster, 72 / dpi) : [];
        }
        catch (OcrException e)
        {
            string lost = unreadable.Count > 0 ? "; text in an unreadable font was left out" : "";
            warnings.Add($"page {number}: OCR failed ({e.Message}){lost}");
            return new OcrPage(null, unreadable);
        }
        finally
        {
            allow(watch.Elapsed - Limit);
        }
        words.RemoveAll(w => w.Confidence < LeastConfidence);
        double scale = 72 / dpi;
        if (!wanted)
            return Fill(number, page, glyphs, unreadable, words, scale);
        if (!OcrNeed.IsText(words, settings.Mode == OcrMode.Force ? [] : glyphs))
            return new OcrPage(null, unreadable); // a photograph, say
        // A rule is taken for a sign.
        words.RemoveAll(w => w.Letters == 0 && rules.Exists(r => r.Box.Inflate(3).ContainsCenterOf(BoxOf(w, page, scale))));
        glyphs.Clear();
        glyphs.AddRange(_glyphs.Of(words, page.Box, scale));
        graphics.RemoveAll(g => g.Kind != GraphicKind.Image && IsLetter(g, words, page, scale));
        if (graphics.Exists(g => g.Kind == GraphicKind.Image && g.Box.Area > 0.5 * page.Box.Area))
            graphics.AddRange(rules);
        return new OcrPage(Confidence(number, words), []);
    }

    /// <summary>Puts what OCR reads in the place of unreadable characters: the rest of the page keeps its exact text and sizes.</summary>
    private OcrPage Fill(int number, PdfiumPage page, List<Glyph> glyphs, List<Glyph> unreadable, List<OcrWord> words, double scale)
    {
        List<OcrWord> inside = words.Where(w => unreadable.Exists(u => u.Box.Inflate(1).ContainsCenterOf(BoxOf(w, page, scale))
            || BoxOf(w, page, scale).ContainsCenterOf(u.Box))).ToList();
        if (!OcrNeed.IsText(inside, []))
        {
            warnings.Add($"page {number}: text in a font that does not say its letters was left out; OCR could not read it either");
            return new OcrPage(null, unreadable);
        }
        glyphs.AddRange(_glyphs.Of(inside, page.Box, scale));
        warnings.Add($"page {number}: a font does not say its letters; its text was read by OCR");
        return new OcrPage(Confidence(number, inside), []);
    }

    private double Confidence(int number, List<OcrWord> words)
    {
        double mean = Math.Round(words.Sum(w => w.Confidence * w.Text.Length) / words.Sum(w => w.Text.Length));
        if (mean < LowConfidence)
            warnings.Add(string.Create(CultureInfo.InvariantCulture, $"page {number}: read by OCR with a low confidence of {mean} %"));
        return mean;
    }

    private void TellMissing()
    {
        if (_missingTold || settings.Missing.Count == 0)
            return;
        _missingTold = true;
        foreach (string language in settings.Missing)
            warnings.Add($"OCR read without the language '{language}'; install it with: apt-get install {Tesseract.PackageOf(language)}");
    }

    private static bool IsLetter(PageGraphic graphic, List<OcrWord> words, PdfiumPage page, double scale) =>
        !graphic.IsHorizontalRule && !graphic.IsVerticalRule && words.Exists(w =>
        {
            Box box = BoxOf(w, page, scale);
            return box.Inflate(1).ContainsCenterOf(graphic.Box)
                && graphic.Box.Height < 1.5 * box.Height && graphic.Box.Width < 1.5 * box.Width;
        });

    private static Box BoxOf(OcrWord word, PdfiumPage page, double scale) => new(
        word.Left * scale, page.Height - word.Bottom * scale, word.Right * scale, page.Height - word.Top * scale);
}
