using System.Runtime.InteropServices;
using System.Text;
using Pipeline.Jobs.Extract.Rendering;
using static Pipeline.Jobs.Extract.Rendering.PdfiumNative;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>Characters through PDFium, for files that PdfPig gives up on or crashes over.</summary>
internal sealed unsafe class PdfiumText(FontTable fonts) : IPageTextSource
{
    private const int ItalicFlag = 1 << 6; // of a font descriptor, PDF 32000-1 table 123

    public int TurnOf(int number) => 0;

    public bool HasHiddenLayers => false;

    public List<Glyph> Read(int number, PdfiumPage page, int turn, TextAccount account)
    {
        lock (PdfiumLibrary.Gate)
        {
            nint text = LoadText(page.Handle);
            if (text == 0)
                return [];
            try
            {
                int count = CountChars(text);
                List<Glyph> glyphs = new(count);
                for (int i = 0; i < count; i++)
                    if (ReadGlyph(text, i, page) is { } glyph) glyphs.Add(glyph);
                return glyphs;
            }
            finally
            {
                CloseText(text);
            }
        }
    }

    public void Dispose()
    {
    }

    private Glyph? ReadGlyph(nint text, int index, PdfiumPage page)
    {
        uint code = GetUnicode(text, index);
        if (code == 2)
            code = '-'; // PDFium's mark for a hyphen at a line's end
        if (code is > 0 and < ' ' || !Rune.TryCreate(code, out Rune rune))
            return null; // line ends that PDFium adds
        char meaningless = GlyphText.MeaninglessCode(rune.ToString());
        string value = GlyphText.Clean(rune.ToString());
        if (value.Length == 0 && meaningless != 0)
            value = GlyphText.Unknown;
        double x, y;
        RectF box;
        if (value.Length == 0 || GetCharOrigin(text, index, &x, &y) == 0 || GetLooseCharBox(text, index, &box) == 0)
            return null;

        (double startX, double startY) = page.Displayed(x, y);
        (double ax, double ay) = page.Displayed(box.Left, box.Bottom);
        (double bx, double by) = page.Displayed(box.Right, box.Top);
        double angle = GetCharAngle(text, index) + page.Rotation * -Math.PI / 2;
        byte? direction = QuarterTurn.Of(Math.Cos(angle), Math.Sin(angle));
        if (direction is null)
            return new Glyph(value, Math.Min(ax, bx), Math.Max(ax, bx), startY, SizeOf(text, index), FontOf(text, index))
            {
                Slanted = true,
                Meaningless = meaningless,
            };
        (double x0, double baseline) = QuarterTurn.Of(startX, startY, direction.Value);
        (double edge, _) = QuarterTurn.Of(ax, ay, direction.Value);
        (double other, _) = QuarterTurn.Of(bx, by, direction.Value);
        double end = Math.Max(edge, other);
        return new Glyph(value, Math.Min(x0, end), end, baseline, SizeOf(text, index), FontOf(text, index))
        {
            Turn = direction.Value,
            Meaningless = meaningless,
        };
    }

    private static double SizeOf(nint text, int index)
    {
        double size = GetFontSize(text, index);
        MatrixF m;
        if (GetCharMatrix(text, index, &m) != 0)
            size *= Math.Sqrt(m.C * m.C + m.D * m.D);
        return Math.Clamp(size, 0.5, 500);
    }

    private int FontOf(nint text, int index)
    {
        const int Longest = 128;
        byte* name = stackalloc byte[Longest];
        int flags = 0;
        int bytes = (int)GetFontInfo(text, index, name, new CULong(Longest), &flags).Value;
        string value = bytes is > 1 and <= Longest ? Encoding.UTF8.GetString(name, bytes - 1) : "";
        return fonts.IndexOf(value, GetFontWeight(text, index) >= 600, (flags & ItalicFlag) != 0);
    }
}
