using Pipeline.Jobs.Extract.Rendering;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Graphics.Colors;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Characters through PdfPig, the first choice: it is best at fonts and positions.</summary>
internal sealed class PdfPigText : IPageTextSource
{
    private const int PagesPerOpening = 250;    // PdfPig keeps every object it has read: opened anew, it forgets them

    private readonly byte[] _content;
    private readonly FontTable _fonts;
    private PdfDocument _document;
    private int _read;
    private (int Page, IReadOnlyList<Letter> Letters) _letters = (0, []);
    private IColor? _lastColor;
    private bool _lastIsWhite;

    /// <exception cref="Exception">PdfPig throws many kinds on broken files; the caller falls back to <see cref="PdfiumText"/>.</exception>
    public PdfPigText(byte[] content, FontTable fonts)
    {
        (_content, _fonts) = (content, fonts);
        _document = Open(content);
    }

    public int PageCount => _document.NumberOfPages;

    public int TurnOf(int number)
    {
        int[] letters = new int[4];
        foreach (Letter letter in LettersOf(number))
            if (!string.IsNullOrWhiteSpace(letter.Value)) letters[TurnOf(letter)]++;
        int most = Array.IndexOf(letters, letters.Max());
        return most != 0 && letters[most] > 0.8 * letters.Sum() && letters[most] >= 20 ? most : 0;
    }

    public List<Glyph> Read(int number, PdfiumPage page, int turn)
    {
        IReadOnlyList<Letter> letters = LettersOf(number);
        List<Glyph> glyphs = new(letters.Count);
        foreach (Letter letter in letters)
        {
            string text = GlyphText.Clean(letter.Value);
            if (text.Length == 0)
                continue;
            PdfPoint start = Turned(letter.StartBaseLine, page, turn), end = Turned(letter.EndBaseLine, page, turn);
            bool upright = turn == 0 ? letter.TextOrientation == TextOrientation.Horizontal
                : end.X > start.X && Math.Abs(end.Y - start.Y) < 0.05 * (end.X - start.X);
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

    /// <summary>A page is asked for its direction first and then read: it is parsed once.</summary>
    private IReadOnlyList<Letter> LettersOf(int number)
    {
        if (_letters.Page == number)
            return _letters.Letters;
        if (_read == PagesPerOpening)
        {
            _document.Dispose();
            _document = Open(_content);
            _read = 0;
        }
        _read++;
        _letters = (number, _document.GetPage(number).Letters);
        return _letters.Letters;
    }

    private static PdfDocument Open(byte[] content) =>
        PdfDocument.Open(content, new ParsingOptions { UseLenientParsing = true, SkipMissingFonts = true });

    /// <summary>Clockwise quarter turns that make a letter upright.</summary>
    private static int TurnOf(Letter letter)
    {
        double x = letter.EndBaseLine.X - letter.StartBaseLine.X, y = letter.EndBaseLine.Y - letter.StartBaseLine.Y;
        return Math.Abs(x) >= Math.Abs(y) ? x >= 0 ? 0 : 2 : y > 0 ? 1 : 3;
    }

    /// <summary>A point of the page as PdfPig shows it, on the page as it is turned now.</summary>
    private static PdfPoint Turned(PdfPoint point, PdfiumPage page, int turn) => turn switch
    {
        1 => new PdfPoint(point.Y, page.Height - point.X),
        2 => new PdfPoint(page.Width - point.X, page.Height - point.Y),
        3 => new PdfPoint(page.Width - point.Y, point.X),
        _ => point,
    };

    private bool IsWhite(IColor? color)
    {
        if (color is null || ReferenceEquals(color, _lastColor))
            return color is not null && _lastIsWhite;
        (double red, double green, double blue) = color.ToRGBValues();
        (_lastColor, _lastIsWhite) = (color, red > 0.98 && green > 0.98 && blue > 0.98);
        return _lastIsWhite;
    }
}
