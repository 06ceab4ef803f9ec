using System.Globalization;
using SkiaSharp;

namespace Pipeline.Tools.Samples;

/// <summary>Charts and diagrams on any canvas: vector graphics in a PDF, an image in a bitmap.</summary>
internal sealed class ChartPainter(SKCanvas canvas, SKRect area, SampleFonts fonts)
{
    private const float LabelSize = 7;

    private static readonly SKColor[] Palette =
    [
        new(0x1f, 0x5f, 0xa8), new(0xd9, 0x6b, 0x1d), new(0x2f, 0x8f, 0x5b), new(0xa8, 0x32, 0x4a), new(0x6b, 0x57, 0xa5),
            new(0x8a, 0x8d, 0x91),
    ];

    /// <summary>A line: horizontal values, ascending, and as many vertical ones.</summary>
    public sealed record Series(string Name, float[] X, float[] Y, bool Dashed = false);

    public void Lines(string xLabel, string yLabel, float yMin, float yMax, float xStep, float yStep, params Series[] series)
    {
        float xMin = series.Min(s => s.X[0]), xMax = series.Max(s => s.X[^1]);
        SKRect plot = Axes(xLabel, yLabel, yMin, yMax, yStep);
        float Px(float x) => plot.Left + (x - xMin) / (xMax - xMin) * plot.Width;
        float Py(float y) => plot.Bottom - (y - yMin) / (yMax - yMin) * plot.Height;
        for (float x = xMin; x <= xMax + 0.001f * xStep; x += xStep)
        {
            Line(Px(x), plot.Bottom, Px(x), plot.Bottom + 3, SKColors.Black, 0.7f);
            Label(Number(x), Px(x), plot.Bottom + 11, center: true);
        }
        for (int i = 0; i < series.Length; i++)
        {
            using SKPath path = new();
            for (int p = 0; p < series[i].X.Length; p++)
            {
                if (p == 0) path.MoveTo(Px(series[i].X[p]), Py(series[i].Y[p]));
                else path.LineTo(Px(series[i].X[p]), Py(series[i].Y[p]));
            }
            using SKPaint pen = Pen(Palette[i % Palette.Length], 1.4f);
            pen.PathEffect = series[i].Dashed ? SKPathEffect.CreateDash([4, 3], 0) : null;
            canvas.DrawPath(path, pen);
            if (!series[i].Dashed)
                for (int p = 0; p < series[i].X.Length; p++) Dot(Px(series[i].X[p]), Py(series[i].Y[p]), 1.7f, Palette[i % Palette.Length]);
        }
        Legend(plot, series.Select(s => s.Name).ToArray());
    }

    public void Bars(string yLabel, float yMax, float yStep, string[] categories, params (string Name, float[] Values)[] groups)
    {
        SKRect plot = Axes("", yLabel, 0, yMax, yStep);
        float slot = plot.Width / categories.Length, bar = slot * 0.7f / groups.Length;
        for (int c = 0; c < categories.Length; c++)
        {
            float x = plot.Left + c * slot + 0.15f * slot;
            for (int g = 0; g < groups.Length; g++)
            {
                float top = plot.Bottom - groups[g].Values[c] / yMax * plot.Height;
                Fill(new SKRect(x + g * bar, top, x + (g + 1) * bar - 1.5f, plot.Bottom), Palette[g]);
                Label(Number(groups[g].Values[c]), x + (g + 0.5f) * bar, top - 2, center: true);
            }
            Label(categories[c], plot.Left + (c + 0.5f) * slot, plot.Bottom + 10, center: true);
        }
        if (groups.Length > 1)
            Legend(plot, groups.Select(g => g.Name).ToArray());
    }

    public void Pie(params (string Name, float Share)[] parts)
    {
        float radius = Math.Min(area.Width * 0.28f, area.Height * 0.44f);
        SKPoint center = new(area.Left + radius + 8, area.MidY);
        SKRect circle = SKRect.Create(center.X - radius, center.Y - radius, 2 * radius, 2 * radius);
        float angle = -90, total = parts.Sum(p => p.Share);
        for (int i = 0; i < parts.Length; i++)
        {
            float sweep = 360 * parts[i].Share / total;
            using SKPaint paint = new() { Color = Palette[i % Palette.Length], IsAntialias = true };
            canvas.DrawArc(circle, angle, sweep, useCenter: true, paint);
            angle += sweep;
            float y = area.MidY - parts.Length * 7 + 14 * i;
            Fill(SKRect.Create(center.X + radius + 14, y, 8, 8), Palette[i % Palette.Length]);
            Label($"{parts[i].Name} {Number(parts[i].Share)} %", center.X + radius + 26, y + 7);
        }
    }

    /// <param name="boxes">Name and position of each box; x, y, width and height as fractions of the area.</param>
    /// <param name="arrows">Pairs of box numbers.</param>
    public void Flow((string Name, float X, float Y, float W, float H)[] boxes, params (int From, int To)[] arrows)
    {
        SKRect[] places = boxes.Select(b => SKRect.Create(
            area.Left + b.X * area.Width, area.Top + b.Y * area.Height, b.W * area.Width, b.H * area.Height)).ToArray();
        foreach ((int from, int to) in arrows)
            Arrow(places[from], places[to]);
        for (int i = 0; i < boxes.Length; i++)
        {
            using SKPaint fill = new() { Color = new SKColor(0xe8, 0xee, 0xf6), IsAntialias = true };
            using SKPaint pen = Pen(Palette[0], 1);
            canvas.DrawRoundRect(places[i], 4, 4, fill);
            canvas.DrawRoundRect(places[i], 4, 4, pen);
            string[] lines = boxes[i].Name.Split('/');
            for (int line = 0; line < lines.Length; line++)
                Label(lines[line], places[i].MidX, places[i].MidY + 2.5f + 9 * (line - (lines.Length - 1) / 2f), center: true);
        }
    }

    public void HeatMap(string[] rows, string[] columns, float[,] values, float min, float max)
    {
        SKRect plot = new(area.Left + 40, area.Top + 4, area.Right - 6, area.Bottom - 18);
        float w = plot.Width / columns.Length, h = plot.Height / rows.Length;
        for (int r = 0; r < rows.Length; r++)
        {
            Label(rows[r], plot.Left - 36, plot.Top + (r + 0.5f) * h + 2.5f);
            for (int c = 0; c < columns.Length; c++)
            {
                float t = Math.Clamp((values[r, c] - min) / (max - min), 0, 1);
                SKColor color = new((byte)(235 - 205 * t), (byte)(225 - 140 * t), (byte)(190 - 30 * t));
                Fill(SKRect.Create(plot.Left + c * w, plot.Top + r * h, w - 0.8f, h - 0.8f), color);
            }
        }
        for (int c = 0; c < columns.Length; c++)
            Label(columns[c], plot.Left + (c + 0.5f) * w, plot.Bottom + 10, center: true);
    }

    /// <summary>The display of an instrument: frame, curve, values and a progress bar.</summary>
    public void Screen(string title, string[] values, float progress)
    {
        Fill(area, new SKColor(0x22, 0x2b, 0x33));
        SKRect glass = new(area.Left + 10, area.Top + 10, area.Right - 10, area.Bottom - 10);
        using (SKShader shader = SKShader.CreateLinearGradient(
                   new SKPoint(0, glass.Top), new SKPoint(0, glass.Bottom), [new SKColor(0x0d, 0x3a, 0x52), new SKColor(0x06, 0x1c, 0x2b)],
                   SKShaderTileMode.Clamp))
        using (SKPaint paint = new()
        { Shader = shader })
            canvas.DrawRect(glass, paint);
        Label(title, glass.Left + 8, glass.Top + 14, color: SKColors.White);
        for (int i = 0; i < values.Length; i++)
            Label(values[i], glass.Right - 84, glass.Top + 14 + 12 * i, color: new SKColor(0x9f, 0xe0, 0xc0));
        using SKPath path = new();
        for (int i = 0; i <= 100; i++)
        {
            float t = i / 100f, y = MathF.Exp(-MathF.Pow((t - 0.3f) / 0.12f, 2)) + 0.35f * MathF.Exp(-MathF.Pow((t - 0.55f) / 0.2f, 2));
            SKPoint point = new(glass.Left + 10 + t * (glass.Width - 110), glass.Bottom - 30 - y * (glass.Height - 66));
            if (i == 0) path.MoveTo(point);
            else path.LineTo(point);
        }
        using SKPaint pen = Pen(new SKColor(0xff, 0xc8, 0x4a), 1.6f);
        canvas.DrawPath(path, pen);
        SKRect bar = new(glass.Left + 10, glass.Bottom - 18, glass.Right - 10, glass.Bottom - 10);
        Fill(bar, new SKColor(0x30, 0x48, 0x58));
        Fill(new SKRect(bar.Left, bar.Top, bar.Left + bar.Width * progress, bar.Bottom), new SKColor(0x4c, 0xc2, 0x7f));
    }

    private SKRect Axes(string xLabel, string yLabel, float yMin, float yMax, float yStep)
    {
        SKRect plot = new(area.Left + 34, area.Top + 14, area.Right - 6, area.Bottom - (xLabel.Length > 0 ? 26 : 16));
        for (float y = yMin; y <= yMax + 0.001f * yStep; y += yStep)
        {
            float py = plot.Bottom - (y - yMin) / (yMax - yMin) * plot.Height;
            Line(plot.Left, py, plot.Right, py, new SKColor(0xdd, 0xdd, 0xdd), 0.5f);
            using SKFont font = new(fonts.Sans, LabelSize);
            Label(Number(y), plot.Left - 4 - font.MeasureText(Number(y)), py + 2.5f);
        }
        Line(plot.Left, plot.Top, plot.Left, plot.Bottom, SKColors.Black, 0.9f);
        Line(plot.Left, plot.Bottom, plot.Right, plot.Bottom, SKColors.Black, 0.9f);
        if (xLabel.Length > 0)
            Label(xLabel, plot.MidX, area.Bottom - 3, center: true);
        canvas.Save();
        canvas.RotateDegrees(-90, area.Left + 8, plot.MidY);
        Label(yLabel, area.Left + 8, plot.MidY, center: true);
        canvas.Restore();
        return plot;
    }

    private void Legend(SKRect plot, string[] names)
    {
        using SKFont font = new(fonts.Sans, LabelSize);
        float x = plot.Left + 4;
        for (int i = 0; i < names.Length; i++)
        {
            Fill(SKRect.Create(x, area.Top + 1, 7, 7), Palette[i % Palette.Length]);
            Label(names[i], x + 10, area.Top + 7);
            x += 20 + font.MeasureText(names[i]);
        }
    }

    private void Arrow(SKRect from, SKRect to)
    {
        bool sideways = Math.Abs(to.MidX - from.MidX) > Math.Abs(to.MidY - from.MidY);
        SKPoint start = sideways
            ? new SKPoint(to.MidX > from.MidX ? from.Right : from.Left, from.MidY)
            : new SKPoint(from.MidX, to.MidY > from.MidY ? from.Bottom : from.Top);
        SKPoint end = sideways
            ? new SKPoint(to.MidX > from.MidX ? to.Left : to.Right, to.MidY)
            : new SKPoint(to.MidX, to.MidY > from.MidY ? to.Top : to.Bottom);
        Line(start.X, start.Y, end.X, end.Y, SKColors.Black, 1);
        float length = SKPoint.Distance(start, end), dx = (end.X - start.X) / length, dy = (end.Y - start.Y) / length;
        using SKPath head = new();
        head.MoveTo(end);
        head.LineTo(end.X - 5 * dx - 2.5f * dy, end.Y - 5 * dy + 2.5f * dx);
        head.LineTo(end.X - 5 * dx + 2.5f * dy, end.Y - 5 * dy - 2.5f * dx);
        head.Close();
        using SKPaint paint = new() { Color = SKColors.Black, IsAntialias = true };
        canvas.DrawPath(head, paint);
    }

    private void Label(string text, float x, float y, bool center = false, SKColor? color = null)
    {
        using SKFont font = new(fonts.Sans, LabelSize) { Subpixel = true };
        using SKPaint paint = new() { Color = color ?? SKColors.Black, IsAntialias = true };
        canvas.DrawText(text, center ? x - font.MeasureText(text) / 2 : x, y, font, paint);
    }

    private void Line(float x0, float y0, float x1, float y1, SKColor color, float width)
    {
        using SKPaint pen = Pen(color, width);
        canvas.DrawLine(x0, y0, x1, y1, pen);
    }

    private void Fill(SKRect rect, SKColor color)
    {
        using SKPaint paint = new() { Color = color, IsAntialias = true };
        canvas.DrawRect(rect, paint);
    }

    private void Dot(float x, float y, float radius, SKColor color)
    {
        using SKPaint paint = new() { Color = color, IsAntialias = true };
        canvas.DrawCircle(x, y, radius, paint);
    }

    private static SKPaint Pen(SKColor color, float width) =>
        new() { Color = color, StrokeWidth = width, Style = SKPaintStyle.Stroke, IsAntialias = true };

    private static string Number(float value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
