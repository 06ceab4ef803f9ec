using System.Globalization;
using SkiaSharp;

namespace Pipeline.Tools.Samples;

/// <summary>Sets one sample as a PDF: title across the page, then one or two columns, running head and page numbers.</summary>
internal sealed class SamplePdf : IDisposable
{
    private const float PageWidth = 595, PageHeight = 842, Margin = 54, Gutter = 22, Bottom = 780;
    private const float BodySize = 9.2f, Leading = 12.4f, TableRow = 14;

    private static readonly DateTime Fixed = new(2026, 1, 15, 12, 0, 0, DateTimeKind.Utc); // the same bytes every time

    private readonly SKDocument _document;
    private readonly SampleFonts _fonts;
    private readonly SKPaint _ink = new() { Color = new SKColor(20, 20, 24), IsAntialias = true };
    private readonly string _title;
    private readonly Queue<(float Height, Action Draw)> _waiting = new(); // figures and tables that go to the next column
    private SKCanvas _canvas;
    private int _page, _columns = 1, _column;
    private float _y, _top;

    private SamplePdf(Stream output, string title, SampleFonts fonts)
    {
        (_title, _fonts) = (title, fonts);
        _document = SKDocument.CreatePdf(output, new SKDocumentPdfMetadata
        {
            Title = title,
            Creator = "samples generator",
            Creation = Fixed,
            Modified = Fixed,
            RasterDpi = 144,
            EncodingQuality = 101, // lossless images
        });
        _canvas = BeginPage();
    }

    /// <summary>Writes the sample of this name.</summary>
    public static void Write(string name, Stream output)
    {
        (string characters, List<SampleElement> elements) = SampleText.Load(name);
        using SampleFonts fonts = new(characters + SampleFigures.Characters);
        string title = elements.First(e => e.Kind == "#").Text;
        using SamplePdf pdf = new(output, title, fonts);
        foreach (SampleElement element in elements)
            pdf.Add(name, element);
        pdf.Close();
    }

    public void Dispose()
    {
        _ink.Dispose();
        _document.Dispose();
    }

    private float ColumnWidth => (PageWidth - 2 * Margin - (_columns - 1) * Gutter) / _columns;

    private float Left => Margin + _column * (ColumnWidth + Gutter);

    private void Add(string name, SampleElement element)
    {
        switch (element.Kind)
        {
            case "#":
                _y += 10;
                Paragraph(element.Text, _fonts.SansBold, 19, 24, 0, justify: false);
                _y += 4;
                break;
            case "@":
                Paragraph(element.Text, _fonts.Sans, 9.5f, 13, 0, justify: false);
                _y += 10;
                break;
            case ">":
                Paragraph(element.Text, _fonts.SerifItalic, 9.6f, 13.2f, 0, justify: true);
                _y += 12;
                break;
            case "##":
                Room(46);
                _y += _y > _top ? 10 : 0;
                Paragraph(element.Text, _fonts.SansBold, 12.5f, 16, 0, justify: false);
                _y += 3;
                break;
            case "###":
                Room(40);
                _y += _y > _top ? 6 : 0;
                Paragraph(element.Text, _fonts.SansBold, 10.2f, 13.5f, 0, justify: false);
                _y += 2;
                break;
            case "-":
                Text("•", Left + 2, _y + Leading, _fonts.Serif, BodySize, onlyIfRoom: true);
                Paragraph(element.Text, _fonts.Serif, BodySize, Leading, 12, justify: false);
                _y += 2;
                break;
            case "1.":
                int space = element.Text.IndexOf(' ');
                Text(element.Text[..space], Left + 1, _y + Leading, _fonts.Serif, BodySize, onlyIfRoom: true);
                Paragraph(element.Text[(space + 1)..], _fonts.Serif, BodySize, Leading, 15, justify: false);
                _y += 2;
                break;
            case "columns":
                _columns = int.Parse(element.Text, CultureInfo.InvariantCulture);
                _column = 0;
                _top = _y;
                break;
            case "figure":
                Figure(name, element.Text);
                break;
            case "table":
                Table(element);
                break;
            default:
                Paragraph(element.Text, _fonts.Serif, BodySize, Leading, 0, justify: true);
                _y += 5;
                break;
        }
    }

    private void Paragraph(string text, SKTypeface face, float size, float leading, float indent, bool justify)
    {
        using SKFont font = new(face, size) { Subpixel = true };
        float width = ColumnWidth - indent, space = font.MeasureText("n") * 0.52f;
        List<List<string>> lines = LineBreaker.Break(text, width, width, space, w => font.MeasureText(w));
        for (int i = 0; i < lines.Count; i++)
        {
            Room(leading);
            _y += leading;
            float words = lines[i].Sum(w => font.MeasureText(w)), gap = space;
            if (justify && i < lines.Count - 1 && lines[i].Count > 1)
                gap = Math.Min((width - words) / (lines[i].Count - 1), 3 * space);
            float x = Left + indent;
            foreach (string word in lines[i])
            {
                _canvas.DrawText(word, x, _y, font, _ink);
                x += font.MeasureText(word) + gap;
            }
        }
    }

    private void Figure(string name, string definition)
    {
        string[] parts = definition.Split(' ', 4); // name, vector or raster, height, caption
        float height = float.Parse(parts[2], CultureInfo.InvariantCulture), width = Math.Min(ColumnWidth, 330);
        Float(height + 52, () => DrawFigure(name, parts, width, height));
    }

    private void DrawFigure(string name, string[] parts, float width, float height)
    {
        SKRect area = new(Left + (ColumnWidth - width) / 2, _y + 8, Left + (ColumnWidth + width) / 2, _y + 8 + height);
        if (parts[1] == "raster")
            DrawAsImage(name, parts[0], area);
        else
            SampleFigures.Draw(name, parts[0], _canvas, area, _fonts);
        _y += height + 12;
        Paragraph(parts[3], _fonts.Sans, 7.8f, 10.4f, 0, justify: false);
        _y += 10;
    }

    /// <summary>The same drawing as pixels, so that samples contain real images as well.</summary>
    private void DrawAsImage(string name, string figure, SKRect area)
    {
        const float Scale = 3; // 216 dpi
        SKImageInfo size = new((int)(area.Width * Scale), (int)(area.Height * Scale), SKColorType.Rgba8888, SKAlphaType.Opaque);
        using SKSurface surface = SKSurface.Create(size);
        surface.Canvas.Clear(SKColors.White);
        surface.Canvas.Scale(Scale);
        SampleFigures.Draw(name, figure, surface.Canvas, new SKRect(0, 0, area.Width, area.Height), _fonts);
        using SKImage image = surface.Snapshot();
        _canvas.DrawImage(image, area, new SKSamplingOptions(SKFilterMode.Linear));
    }

    private void Table(SampleElement element)
    {
        const float Size = 8;
        using SKFont font = new(_fonts.Sans, Size) { Subpixel = true };
        using SKFont bold = new(_fonts.SansBold, Size) { Subpixel = true };
        int columns = element.Rows[0].Length;
        // Headers wrap into two lines where a column is narrow.
        float[] widths = Enumerable.Range(0, columns)
            .Select(c => Math.Max(
                element.Rows.Skip(1).Max(r => font.MeasureText(r[c])),
                element.Rows[0][c].Split(' ').Max(w => bold.MeasureText(w)))).ToArray();
        float scale = Math.Min(1.6f, (ColumnWidth - 8 * (columns - 1)) / widths.Sum());
        float size = scale < 1 ? Size * scale : Size;
        for (int c = 0; c < columns; c++)
            widths[c] *= scale;
        font.Size = bold.Size = size;
        List<List<string>>[] heads = Enumerable.Range(0, columns)
            .Select(c => LineBreaker.Break(element.Rows[0][c], widths[c] + 1, widths[c] + 1, size * 0.3f, w =>
                bold.MeasureText(w), divide: false)).ToArray();
        int headLines = heads.Max(h => h.Count);
        Float(40 + headLines * 10 + TableRow * element.Rows.Count, () => DrawTable(element, widths, heads, size));
    }

    private void DrawTable(SampleElement element, float[] widths, List<List<string>>[] heads, float size)
    {
        using SKFont font = new(_fonts.Sans, size) { Subpixel = true };
        using SKFont bold = new(_fonts.SansBold, size) { Subpixel = true };
        int headLines = heads.Max(h => h.Count);
        _y += 6;
        Paragraph(element.Text, _fonts.Sans, 7.8f, 10.4f, 0, justify: false);
        _y += 5;
        Rule(1);
        for (int r = 0; r < element.Rows.Count; r++)
        {
            float x = Left;
            for (int c = 0; c < widths.Length; c++)
            {
                if (r == 0)
                {
                    for (int line = 0; line < heads[c].Count; line++)
                        _canvas.DrawText(string.Join(' ', heads[c][line]), x, _y + 10 + 10 * line, bold, _ink);
                }
                else
                {
                    _canvas.DrawText(element.Rows[r][c], x, _y + 10, font, _ink);
                }
                x += widths[c] + 8;
            }
            _y += r == 0 ? 4 + 10 * headLines : TableRow;
            if (r == 0)
                Rule(0.5f);
        }
        Rule(1);
        _y += 12;
    }

    private void Rule(float width)
    {
        using SKPaint pen = new() { Color = _ink.Color, StrokeWidth = width, Style = SKPaintStyle.Stroke };
        _canvas.DrawLine(Left, _y, Left + ColumnWidth, _y, pen);
    }

    private void Text(string text, float x, float y, SKTypeface face, float size, bool onlyIfRoom = false)
    {
        if (onlyIfRoom && _y + Leading > Bottom)
        {
            NextColumn(); // the marker moves with its text
            (x, y) = (Left + 2, _y + Leading);
        }
        using SKFont font = new(face, size) { Subpixel = true };
        _canvas.DrawText(text, x, y, font, _ink);
    }

    /// <summary>Draws now if there is room, otherwise at the top of the next column while the text continues here.</summary>
    private void Float(float height, Action draw)
    {
        if (_waiting.Count == 0 && _y + height <= Bottom) draw();
        else _waiting.Enqueue((height, draw));
    }

    private void Room(float height)
    {
        if (_y + height > Bottom)
            NextColumn();
    }

    private void NextColumn()
    {
        if (_column + 1 < _columns)
        {
            _column++;
            _y = _top;
        }
        else
        {
            EndPage();
            _canvas = BeginPage();
        }
        while (_waiting.TryPeek(out (float Height, Action Draw) next) && _y + next.Height <= Bottom)
            _waiting.Dequeue().Draw();
    }

    private SKCanvas BeginPage()
    {
        _canvas = _document.BeginPage(PageWidth, PageHeight);
        (_page, _column, _y) = (_page + 1, 0, Margin);
        if (_page > 1)
        {
            Text(_title, Margin, 36, _fonts.SerifItalic, 8);
            _y = Margin + 4;
        }
        _top = _y;
        return _canvas;
    }

    private void EndPage()
    {
        Text(_page.ToString(CultureInfo.InvariantCulture), PageWidth / 2 - 3, 812, _fonts.Serif, 8.5f);
        _document.EndPage();
    }

    private void Close()
    {
        while (_waiting.Count > 0)
            NextColumn();
        EndPage();
        _document.Close();
    }
}
