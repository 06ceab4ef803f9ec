using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Rendering;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>
/// Asks the picture of a page whether text can be seen on it: text may lie under something that is drawn later, outside the area that
/// is painted, or on a layer that is off.
/// </summary>
internal sealed class VisibleInk(PdfiumPage page) : IDisposable
{
    private const double Dpi = 110;
    private const int Contrast = 20;    // of 255, between ink and paper
    private const double Seen = 0.3;    // of the characters of a piece of text

    private readonly Raster _raster = page.Render(Dpi);

    /// <summary>Removes pieces of text that leave no trace on the page.</summary>
    /// <returns>How many characters were removed.</returns>
    public int RemoveUnseen(List<Glyph> glyphs)
    {
        HashSet<int> unseen = [];
        int start = 0;
        for (int i = 1; i <= glyphs.Count; i++)
        {
            if (i < glyphs.Count && IsSamePiece(glyphs[i - 1], glyphs[i]))
                continue;
            int[] drawn = [.. Enumerable.Range(start, i - start).Where(g => glyphs[g].Text != " ")];
            if (drawn.Length > 0 && drawn.Count(g => Shows(glyphs[g].Box)) < Seen * drawn.Length)
                unseen.UnionWith(Enumerable.Range(start, i - start));
            start = i;
        }
        int removed = unseen.Count(g => glyphs[g].Text != " ");
        int at = 0;
        glyphs.RemoveAll(_ => unseen.Contains(at++));
        return removed;
    }

    /// <summary>Whether an area is of more than one colour.</summary>
    public bool Shows(Box area)
    {
        double x = _raster.Width / page.Width, y = _raster.Height / page.Height;
        int left = Math.Clamp((int)(area.X0 * x), 0, _raster.Width - 1), right = Math.Clamp((int)(area.X1 * x), left, _raster.Width - 1);
        int top = Math.Clamp((int)((page.Height - area.Y1) * y), 0, _raster.Height - 1);
        int bottom = Math.Clamp((int)((page.Height - area.Y0) * y), top, _raster.Height - 1);
        int least = 255 * 3, most = 0;
        for (int row = top; row <= bottom; row++)
        {
            ReadOnlySpan<byte> pixels = _raster.Row(row)[(left * 3)..((right + 1) * 3)];
            for (int i = 0; i + 2 < pixels.Length; i += 3)
            {
                int value = pixels[i] + pixels[i + 1] + pixels[i + 2];
                (least, most) = (Math.Min(least, value), Math.Max(most, value));
            }
            if (most - least > 3 * Contrast)
                return true;
        }
        return false;
    }

    public void Dispose() => _raster.Dispose();

    private static bool IsSamePiece(Glyph last, Glyph next) =>
        next.Font == last.Font && next.Size == last.Size && next.Turn == last.Turn && Math.Abs(next.Baseline - last.Baseline) < 0.1
        && next.X0 - last.X1 < next.Size && next.X0 > last.X0 - next.Size;
}
