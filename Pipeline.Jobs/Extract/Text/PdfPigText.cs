using Pipeline.Jobs.Extract.Rendering;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Graphics.Colors;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Characters through PdfPig, the first choice: it is best at fonts and positions.</summary>
internal sealed class PdfPigText : IPageTextSource
{
    private readonly PdfDocument _document;
    private readonly FontTable _fonts;
    private IColor? _lastColor;
    private bool _lastIsWhite;

    /// <exception cref="Exception">PdfPig throws many kinds on broken files; the caller falls back to <see cref="PdfiumText"/>.</exception>
    public PdfPigText(byte[] content, FontTable fonts)
    {
        _fonts = fonts;
        _document = PdfDocument.Open(content, new ParsingOptions { UseLenientParsing = true, SkipMissingFonts = true });
    }

    public int PageCount => _document.NumberOfPages;

    public List<Glyph> Read(int number, PdfiumPage page)
    {
        IReadOnlyList<Letter> letters = _document.GetPage(number).Letters;
        List<Glyph> glyphs = new(letters.Count);
        foreach (Letter letter in letters)
        {
            string text = GlyphText.Clean(letter.Value);
            if (text.Length == 0)
                continue;
            PdfPoint start = letter.StartBaseLine, end = letter.EndBaseLine;
            bool upright = letter.TextOrientation == TextOrientation.Horizontal;
            glyphs.Add(new Glyph(
                text, start.X, end.X, upright ? start.Y : (start.Y + end.Y) / 2, Math.Clamp(letter.PointSize, 0.5, 500),
                _fonts.IndexOf(letter.FontName, letter.FontDetails.IsBold
                || letter.FontDetails.Weight >= 600, letter.FontDetails.IsItalic), upright)
            {
                Invisible = letter.RenderingMode == TextRenderingMode.Neither,
                White = IsWhite(letter.FillColor),
            });
        }
        return glyphs;
    }

    public void Dispose() => _document.Dispose();

    private bool IsWhite(IColor? color)
    {
        if (color is null || ReferenceEquals(color, _lastColor))
            return color is not null && _lastIsWhite;
        (double red, double green, double blue) = color.ToRGBValues();
        (_lastColor, _lastIsWhite) = (color, red > 0.98 && green > 0.98 && blue > 0.98);
        return _lastIsWhite;
    }
}
