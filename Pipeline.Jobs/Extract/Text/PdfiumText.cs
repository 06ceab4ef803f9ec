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

    public List<Glyph> Read(int number, PdfiumPage page, int turn)
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
        (double ax, _) = page.Displayed(box.Left, box.Bottom);
        (double bx, _) = page.Displayed(box.Right, box.Top);
        double angle = GetCharAngle(text, index) + page.Rotation * -Math.PI / 2;
        bool upright = Math.Abs(Math.IEEERemainder(angle, 2 * Math.PI)) < 0.05;
        return new Glyph(
            value, upright ? Math.Min(startX, Math.Max(ax, bx)) : Math.Min(ax, bx), Math.Max(ax, bx), startY,
            SizeOf(text, index), FontOf(text, index), upright)
        {
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
