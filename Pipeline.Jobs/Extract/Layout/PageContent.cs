using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Rendering;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>What was read from one page, before layout analysis.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Box">The displayed page in points.</param>
/// <param name="Segments">Upright text.</param>
/// <param name="Sideways">Text that runs up or down or stands on its head, such as labels of vertical axes.</param>
/// <param name="Graphics">Everything else that is drawn.</param>
internal sealed record PageContent(
    int Number, Box Box, List<TextSegment> Segments, List<TextSegment> Sideways, List<PageGraphic> Graphics)
{
    /// <summary>Upright text.</summary>
    public List<TextSegment> Segments { get; set; } = Segments;

    /// <summary>Text that runs up or down or stands on its head.</summary>
    public List<TextSegment> Sideways { get; set; } = Sideways;

    /// <summary>Everything else that is drawn.</summary>
    public List<PageGraphic> Graphics { get; set; } = Graphics;

    /// <summary>What its pictures show by the file's tags, by number of marked content.</summary>
    public IReadOnlyDictionary<int, string> Alts { get; init; } = new Dictionary<int, string>();

    /// <summary>Where its characters went.</summary>
    public TextAccount Account { get; init; } = new();

    /// <summary>Mean confidence in percent where OCR has read the text; null where it is the page's own.</summary>
    public double? OcrConfidence { get; init; }

    /// <summary>Characters that are seen on the page and could not be read: their sizes tell headings from text.</summary>
    public IReadOnlyList<Glyph> LeftOut { get; set; } = [];

    /// <summary>Displayed formulas, wherever they stand: in tables and pictures they are part of these.</summary>
    public IReadOnlyList<FormulaItem> Formulas { get; set; } = [];

    /// <summary>The page is shown as a picture, whatever is on it.</summary>
    public bool IsPicture { get; private init; }

    public bool HasText { get; private init; } =
        Segments.Sum(s => s.Words.Sum(w => w.Text.Length)) >= 4 || Sideways.Sum(s => s.Glyphs) >= 4;

    /// <summary>Forgets what takes memory and is of no more use once the layout is known.</summary>
    public void Release() => (Segments, Sideways, Graphics, LeftOut, Formulas) = ([], [], [], [], []);

    /// <summary>A page of which nothing but its picture can be had.</summary>
    public static PageContent AsPicture(int number, Box box) => new(number, box, [], [], []) { IsPicture = true };
}
