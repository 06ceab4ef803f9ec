using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Layout;

/// <summary>Something that has a place in the reading order of a page.</summary>
internal abstract record LayoutItem(Box Box);

internal sealed record TextItem(TextSegment Segment) : LayoutItem(Segment.Box);

/// <summary>Boxes that are read one after the other, each from its top.</summary>
/// <param name="Box">Place of all.</param>
/// <param name="Cards">What is in each box.</param>
internal sealed record CardsItem(Box Box, IReadOnlyList<IReadOnlyList<LayoutItem>> Cards) : LayoutItem(Box);

/// <param name="Box">Place on the page, labels included.</param>
/// <param name="Kind">What it is made of.</param>
/// <param name="Dpi">Highest resolution of the images in it; 0 without.</param>
/// <param name="Words">Text inside the picture.</param>
internal sealed record FigureItem(Box Box, FigureKind Kind, double Dpi, string Words) : LayoutItem(Box)
{
    /// <summary>What it shows, by the file's tags.</summary>
    public string? Alt { get; init; }

    /// <summary>The text inside the picture, by which it leaves the running text.</summary>
    public HashSet<TextSegment> Lettering { get; init; } = [];
}

/// <param name="Box">Place on the page, with its number.</param>
/// <param name="Number">The printed number without parentheses; null without.</param>
/// <param name="Tex">The formula as TeX; null where it is not certain.</param>
internal sealed record FormulaItem(Box Box, string? Number, string? Tex) : LayoutItem(Box)
{
    /// <summary>The formula without its number.</summary>
    public required Box Shown { get; init; }

    /// <summary>Its text, by which it leaves the running text.</summary>
    public required HashSet<TextSegment> Lettering { get; init; }

    /// <summary>It is a picture in the file.</summary>
    public bool IsPicture { get; init; }

    /// <summary>Its characters from left to right, row by row.</summary>
    public string Words =>
        string.Join(' ', Lettering.OrderByDescending(s => Math.Round(s.Baseline)).ThenBy(s => s.Box.X0).Select(s => s.Text));
}

/// <param name="Box">Place on the page.</param>
/// <param name="Rows">Cells, all rows of equal length; a cell that spans others stands in the first of them.</param>
/// <param name="HeaderRows">How many of the rows are certainly heads of columns.</param>
internal sealed record TableItem(Box Box, IReadOnlyList<IReadOnlyList<string>> Rows, int HeaderRows) : LayoutItem(Box)
{
    public IReadOnlyList<CellSpan> Spans { get; init; } = [];
}
