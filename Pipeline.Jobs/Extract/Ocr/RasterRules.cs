using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Rendering;

namespace Pipeline.Jobs.Extract.Ocr;

/// <summary>Finds the straight lines of a scan: they are what tells the cells of a table.</summary>
internal static class RasterRules
{
    private const byte Dark = 150;
    private const double ShortestHorizontal = 29, ShortestVertical = 19;    // points; letters have no such strokes
    private const double Thickest = 2.4;                                    // points; more is a shade or a photograph
    private const int Gap = 2;                                              // pixels that a line may be interrupted

    /// <param name="picture">A page.</param>
    /// <param name="scale">Points of a pixel.</param>
    /// <returns>The lines as paths, in displayed page points.</returns>
    public static List<PageGraphic> Find(Raster picture, double scale)
    {
        int width = picture.Width, height = picture.Height;
        bool[] dark = new bool[width * height];
        for (int y = 0; y < height; y++)
        {
            ReadOnlySpan<byte> row = picture.Row(y);
            for (int x = 0; x < width; x++)
                dark[y * width + x] = Tesseract.Grey(row, x) < Dark;
        }
        List<PageGraphic> rules = [];
        foreach (Band b in Bands(dark, height, width, width, 1, (int)(ShortestHorizontal / scale), Thickest / scale))
            rules.Add(Rule(new Box(b.From * scale, (height - b.Last - 1) * scale, b.To * scale, (height - b.First) * scale)));
        foreach (Band b in Bands(dark, width, height, 1, width, (int)(ShortestVertical / scale), Thickest / scale))
            rules.Add(Rule(new Box(b.First * scale, (height - b.To) * scale, (b.Last + 1) * scale, (height - b.From) * scale)));
        return rules;
    }

    private static PageGraphic Rule(Box box) => new(GraphicKind.Path, box, 2, Filled: false, White: false, 0) { Stroked = true };

    /// <summary>Runs of dark pixels along each row (or column), joined where those of neighbouring rows lie side by side.</summary>
    private static List<Band> Bands(bool[] dark, int rows, int length, int rowStep, int step, int shortest, double thickest)
    {
        List<Band> open = [], found = [];
        for (int row = 0; row < rows; row++)
        {
            int from = -1, last = -1;
            for (int at = 0; at <= length; at++)
            {
                if (at < length && dark[row * rowStep + at * step])
                {
                    from = from < 0 ? at : from;
                    last = at;
                }
                else if (from >= 0 && (at == length || at - last > Gap))
                {
                    if (last + 1 - from >= shortest)
                        Join(open, row, from, last + 1);
                    from = -1;
                }
            }
            found.AddRange(open.Where(b => b.Last < row && b.Last - b.First + 1 <= thickest));
            open.RemoveAll(b => b.Last < row);
        }
        found.AddRange(open.Where(b => b.Last - b.First + 1 <= thickest));
        return found;
    }

    private static void Join(List<Band> open, int row, int from, int to)
    {
        Band? band = open.Find(b => b.Last >= row - 1
            && Math.Min(b.To, to) - Math.Max(b.From, from) > 0.5 * Math.Min(b.To - b.From, to - from));
        if (band is null)
            open.Add(new Band { First = row, Last = row, From = from, To = to });
        else
            (band.Last, band.From, band.To) = (row, Math.Min(band.From, from), Math.Max(band.To, to));
    }

    /// <summary>Rows that a line covers, and from where to where along them.</summary>
    private sealed class Band
    {
        public int First, Last, From, To;
    }
}
