using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Rendering;
using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Graphics.Colors;
using UglyToad.PdfPig.PdfFonts;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Characters through PdfPig, the first choice: it is best at fonts and positions.</summary>
internal sealed class PdfPigText : IPageTextSource
{
    private const int PagesPerOpening = 250;    // PdfPig keeps every object it has read: opened anew, it forgets them

    private readonly byte[] _content;
    private readonly FontTable _fonts;
    private PdfDocument _document;
    private HiddenLayers _layers;
    private FontWeights _weights;
    private int _read;
    private (int Number, Page? Page) _last;
    private IColor? _lastColor;
    private bool _lastIsWhite;
    private FontDetails? _lastFont;
    private int _lastFontIndex;

    /// <exception cref="Exception">PdfPig throws many kinds on broken files; the caller falls back to <see cref="PdfiumText"/>.</exception>
    public PdfPigText(byte[] content, FontTable fonts)
    {
        (_content, _fonts) = (content, fonts);
        (_document, _layers, _weights) = Open(content);
    }

    public int PageCount => _document.NumberOfPages;

    public int TurnOf(int number)
    {
        int[] letters = new int[4];
        foreach (Letter letter in PageOf(number).Letters)
            if (!string.IsNullOrWhiteSpace(letter.Value)) letters[TurnOf(letter)]++;
        int most = Array.IndexOf(letters, letters.Max());
        return most != 0 && letters[most] > 0.8 * letters.Sum() && letters[most] >= 20 ? most : 0;
    }

    public bool HasHiddenLayers => _layers.Any;

    public List<Glyph> Read(int number, PdfiumPage page, int turn, TextAccount account)
    {
        Page source = PageOf(number);
        IReadOnlyList<Letter> letters = source.Letters;
        HashSet<Letter> hidden = _layers.On(source);
        _weights.Read(source);
        MarkedText marks = MarkedText.Of(source, page.Tags);
        List<Glyph> glyphs = new(letters.Count);
        byte? direction = 0; // of a letter without a width: that of the one before it
        foreach (Letter letter in letters)
        {
            string? replacement = marks.ReplacementOf(letter);
            if (replacement is "")
                continue; // the text in place of several letters stands with the first of them
            string text = GlyphText.Clean(replacement ?? letter.Value);
            char meaningless = GlyphText.MeaninglessCode(letter.Value);
            if (text.Length == 0 && meaningless == 0)
            {
                account.Add(CharacterPlace.Unreadable, string.IsNullOrWhiteSpace(letter.Value) ? 0 : 1);
                continue;
            }
            if (hidden.Contains(letter))
            {
                account.Add(CharacterPlace.Hidden, text == " " ? 0 : 1);
                continue;
            }
            PdfPoint from = Turned(letter.StartBaseLine, page, turn), to = Turned(letter.EndBaseLine, page, turn);
            if (from != to)
                direction = QuarterTurn.Of(to.X - from.X, to.Y - from.Y);
            (double X, double Y) start = QuarterTurn.Of(from.X, from.Y, direction ?? 0), end = QuarterTurn.Of(to.X, to.Y, direction ?? 0);
            glyphs.Add(new Glyph(
                text.Length > 0 ? text : GlyphText.Unknown, start.X, end.X, direction is null ? (start.Y + end.Y) / 2 : start.Y,
                Math.Clamp(letter.PointSize, 0.5, 500), FontOf(letter))
            {
                Turn = direction ?? 0,
                Slanted = direction is null,
                Mark = marks.MarkOf(letter),
                Invisible = letter.RenderingMode == TextRenderingMode.Neither,
                White = IsWhite(letter.FillColor),
                Meaningless = meaningless,
            });
        }
        return glyphs;
    }

    public void Dispose() => _document.Dispose();

    /// <summary>A page is asked for its direction first and then read: it is parsed once.</summary>
    private Page PageOf(int number)
    {
        if (_last.Page is { } last && _last.Number == number)
            return last;
        if (_read == PagesPerOpening)
        {
            _document.Dispose();
            (_document, _layers, _weights) = Open(_content);
            _read = 0;
        }
        _read++;
        Page page = _document.GetPage(number);
        _last = (number, page);
        return page;
    }

    private static (PdfDocument Document, HiddenLayers Layers, FontWeights Weights) Open(byte[] content)
    {
        PdfDocument document = PdfDocument.Open(content, new ParsingOptions { UseLenientParsing = true, SkipMissingFonts = true });
        return (document, new HiddenLayers(document), new FontWeights(document));
    }

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

    private int FontOf(Letter letter)
    {
        FontDetails font = letter.FontDetails;
        if (!ReferenceEquals(font, _lastFont))
            (_lastFont, _lastFontIndex) = (font, _fonts.IndexOf(
                letter.FontName, font.IsBold || font.Weight >= 600 || _weights.IsBold(letter.FontName), font.IsItalic));
        return _lastFontIndex;
    }

    private bool IsWhite(IColor? color)
    {
        if (color is null || ReferenceEquals(color, _lastColor))
            return color is not null && _lastIsWhite;
        (double red, double green, double blue) = color.ToRGBValues();
        (_lastColor, _lastIsWhite) = (color, red > 0.98 && green > 0.98 && blue > 0.98);
        return _lastIsWhite;
    }
}
