using System.Globalization;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Rendering;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>
/// What was typed into fields and onto the page, as characters of the page: a value stands on the line of its label.
/// </summary>
internal static class AnnotationText
{
    private const double Width = 0.5;       // ems of a character whose font is not known
    private const double Leading = 1.2;
    private const double LargestSize = 12;  // points

    /// <returns>The characters to add to those of the page.</returns>
    public static List<Glyph> GlyphsOf(IReadOnlyList<PageAnnotation> annotations, IReadOnlyList<Glyph> page, FontTable fonts)
    {
        List<Glyph> added = new();
        foreach (PageAnnotation annotation in annotations)
        {
            if (annotation.Kind == AnnotationKind.Link)
                continue;
            Glyph? label = annotation.Kind == AnnotationKind.Field ? LabelOf(annotation.Box, page) : null;
            int font = label?.Font ?? (page.Count > 0 ? page[0].Font : fonts.IndexOf("Helvetica", bold: false, italic: false));
            Add(annotation, label, font, added);
        }
        return added;
    }

    /// <summary>The nearest character on the same line: the value takes its size and baseline.</summary>
    private static Glyph? LabelOf(Box box, IReadOnlyList<Glyph> page)
    {
        Glyph? nearest = null;
        double least = 200; // points
        foreach (Glyph glyph in page)
        {
            if (!glyph.Upright || glyph.Text == " " || glyph.Box.CenterY < box.Y0 - 2 || glyph.Box.CenterY > box.Y1 + 2)
                continue;
            double distance = glyph.X1 <= box.X0 ? box.X0 - glyph.X1 : glyph.X0 >= box.X1 ? 1.5 * (glyph.X0 - box.X1) : 0;
            if (distance < least)
                (nearest, least) = (glyph, distance);
        }
        return nearest;
    }

    private static void Add(PageAnnotation annotation, Glyph? label, int font, List<Glyph> added)
    {
        Box box = annotation.Box;
        double size = Math.Clamp(label?.Size ?? Math.Min(LargestSize, 0.7 * box.Height), 4, 40);
        List<string> lines = Wrap(annotation.Text, Math.Max(8, (int)(box.Width / (Width * size))), oneLine: box.Height < 2.2 * size);
        if (lines.Count > 1)
            size = Math.Clamp(Math.Min(size, box.Height / (Leading * lines.Count)), 4, 40);
        double baseline = lines.Count == 1 ? label?.Baseline ?? box.CenterY - 0.3 * size : box.Y1 - size;
        foreach (string line in lines)
        {
            string text = GlyphText.Clean(line);
            double width = Math.Min(Width * size, box.Width / Math.Max(1, text.Length)), x = box.X0 + Math.Min(2, 0.1 * box.Width);
            TextElementEnumerator characters = StringInfo.GetTextElementEnumerator(text);
            while (characters.MoveNext())
            {
                added.Add(new Glyph(characters.GetTextElement(), x, x + width, baseline, size, font));
                x += width;
            }
            baseline -= Leading * size;
        }
    }

    private static List<string> Wrap(string text, int columns, bool oneLine)
    {
        string[] given = text.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (oneLine)
            return [string.Join(' ', given)];
        List<string> lines = new();
        foreach (string paragraph in given)
        {
            string line = "";
            foreach (string word in paragraph.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (line.Length > 0 && line.Length + 1 + word.Length > columns)
                {
                    lines.Add(line);
                    line = "";
                }
                line = line.Length == 0 ? word : $"{line} {word}";
            }
            if (line.Length > 0)
                lines.Add(line);
        }
        return lines;
    }
}
