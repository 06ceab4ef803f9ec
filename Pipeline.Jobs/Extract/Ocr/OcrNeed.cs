using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Ocr;

/// <summary>Decides, from what a page draws, whether its own text says what a reader sees.</summary>
internal static class OcrNeed
{
    private const int FewestLetters = 4;        // less is no text
    private const int FewLetters = 40;          // on a picture over the page: a stamp or a page number, not what is on the page
    private const double GoodPart = 0.2;        // of the page
    private const double WholePage = 0.85;
    private const int FewestShapes = 30;        // letters that are drawn as shapes are many

    /// <summary>Whether a page is a picture of text as far as can be told without looking at the picture.</summary>
    /// <param name="glyphs">Its own readable text.</param>
    /// <param name="graphics">What it draws besides.</param>
    /// <param name="page">The displayed page.</param>
    public static bool IsPicture(IReadOnlyList<Glyph> glyphs, IReadOnlyList<PageGraphic> graphics, Box page)
    {
        int letters = Letters(glyphs, FewLetters);
        if (letters >= FewLetters)
            return false;
        double images = graphics.Where(g => g.Kind == GraphicKind.Image).Sum(g => g.Box.Clip(page).Area) / Math.Max(1, page.Area);
        return letters < FewestLetters
            ? images >= GoodPart || graphics.Count(g => g.Kind == GraphicKind.Path && g.Filled && !g.White) >= FewestShapes
            : images >= WholePage;
    }

    /// <summary>
    /// Whether what OCR has read is text, and more than the page's own; in photographs it reads a few letters here and there.
    /// </summary>
    /// <param name="words">What was read.</param>
    /// <param name="own">The page's own text.</param>
    public static bool IsText(IReadOnlyList<OcrWord> words, IReadOnlyList<Glyph> own)
    {
        const double Sure = 60;
        int read = words.Sum(w => w.Letters), sure = words.Where(w => w.Confidence >= Sure).Sum(w => w.Letters);
        return sure >= 8 && sure >= 0.5 * read && read >= 2 * Letters(own);
    }

    /// <summary>The letters and digits of a page.</summary>
    /// <param name="glyphs">Its characters.</param>
    /// <param name="enough">Where counting may end.</param>
    private static int Letters(IReadOnlyList<Glyph> glyphs, int enough = int.MaxValue)
    {
        int letters = 0;
        for (int i = 0; i < glyphs.Count && letters < enough; i++)
            foreach (char c in glyphs[i].Text)
                letters += char.IsLetterOrDigit(c) ? 1 : 0;
        return letters;
    }
}
