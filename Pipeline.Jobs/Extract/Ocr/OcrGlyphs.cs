using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Ocr;

/// <summary>
/// Words read by OCR as characters of a page. Sizes come from whole lines and are rounded to those seen before in the document: layout
/// takes a larger size for a heading, and the height of ink depends on which letters a word has.
/// </summary>
internal sealed class OcrGlyphs(FontTable fonts)
{
    private const double Ascent = 0.72, XHeight = 0.5, Descent = 0.21;  // ems, of usual text faces
    private const double SameSize = 0.12;                               // fraction by which lines of one size come out differently

    private readonly int _font = fonts.IndexOf("ocr", bold: false, italic: false);
    private readonly List<double> _sizes = [];

    /// <param name="words">Words of a picture.</param>
    /// <param name="part">The part of the page that the picture shows, in displayed points.</param>
    /// <param name="scale">Points of a pixel.</param>
    /// <returns>One glyph for each word, and blanks between the words of a line.</returns>
    public List<Glyph> Of(IReadOnlyList<OcrWord> words, Box part, double scale)
    {
        List<(List<OcrWord> Words, double Size)> lines = words.GroupBy(w => w.Line)
            .Select(g => (Words: g.ToList(), Size: SizeOf(g) * scale)).ToList();
        // Sizes with the most text first: they are the ones that others are rounded to.
        foreach ((List<OcrWord> _, double size) in lines.OrderByDescending(l => l.Words.Sum(w => w.Letters)))
            if (!_sizes.Exists(s => Math.Abs(s - size) <= SameSize * s)) _sizes.Add(Math.Max(2, Math.Round(size * 2) / 2));
        List<Glyph> glyphs = new(2 * words.Count);
        foreach ((List<OcrWord> line, double measured) in lines)
        {
            double size = _sizes.MinBy(s => Math.Abs(s - measured)), baseline = part.Y1 - BaselineOf(line, size / scale) * scale;
            bool bullet = IsBullet(line, size / scale);
            foreach (OcrWord word in line)
            {
                double x0 = part.X0 + word.Left * scale, x1 = part.X0 + word.Right * scale;
                if (glyphs.Count > 0 && word != line[0])
                    glyphs.Add(new Glyph(" ", glyphs[^1].X1, Math.Max(glyphs[^1].X1, x0), baseline, size, _font));
                string text = bullet && word == line[0] ? "\u2022" : GlyphText.Clean(word.Text);
                glyphs.Add(new Glyph(text, x0, x1, baseline, size, _font));
            }
        }
        return glyphs;
    }

    /// <summary>A small sign before a wide gap: OCR takes the bullet of a list for a letter or a sign that looks like it.</summary>
    private static bool IsBullet(IReadOnlyList<OcrWord> line, double size) =>
        line.Count > 1 && line[0].Text is "e" or "o" or "*" or "¢" or "©" or "®" or "°" or "»" or "«" or "." or "•" or "@"
        && line[0].Height < 0.6 * size && line[1].Left - line[0].Right > 0.6 * size;

    /// <summary>Font size of a line in pixels: what most letters say.</summary>
    internal static double SizeOf(IEnumerable<OcrWord> line)
    {
        List<(double Size, int Weight)> votes = line.Select(w => (w.Height / HeightOf(w.Text), Math.Max(1, w.Letters))).Order().ToList();
        int half = votes.Sum(v => v.Weight) / 2, seen = 0;
        foreach ((double size, int weight) in votes)
            if ((seen += weight) > half) return size;
        return votes[^1].Size;
    }

    /// <summary>Height of a line's baseline in pixels from the top: the lower edge of words without letters that reach below it.</summary>
    private static double BaselineOf(IReadOnlyList<OcrWord> line, double size)
    {
        double[] standing = line.Where(w => w.Letters > 0 && !Descends(w.Text)).Select(w => (double)w.Bottom).Order().ToArray();
        return standing.Length > 0
            ? standing[standing.Length / 2]
            : line.Average(w => Descends(w.Text) ? w.Bottom - Descent * size : w.Bottom);
    }

    /// <summary>Height of a word's ink in ems.</summary>
    private static double HeightOf(string text) => (Ascends(text) ? Ascent : XHeight) + (Descends(text) ? Descent : 0);

    private static bool Ascends(string text) =>
        text.Any(c => !(c is >= 'a' and <= 'z') || "bdfhijklt".Contains(c, StringComparison.Ordinal));

    private static bool Descends(string text) => text.Any(c => "gjpqyQçß,;()[]{}|".Contains(c, StringComparison.Ordinal));
}
