using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract.Rendering;

internal enum GraphicKind
{
    Image,
    Path,
    Shading,
}

/// <summary>One thing that a page draws besides text.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Box">Visible part, in displayed page points.</param>
/// <param name="Segments">Of a path: lines and curves it consists of.</param>
/// <param name="Filled">Of a path: its inside is painted.</param>
/// <param name="White">Of a filled path: the paint is (nearly) white or transparent, so that it shows nothing on paper.</param>
/// <param name="Dpi">Of an image: pixels per inch as placed.</param>
internal readonly record struct PageGraphic(
    GraphicKind Kind, Box Box, int Segments, bool Filled, bool White, double Dpi)
{
    /// <summary>Of a path: its outline is drawn.</summary>
    public bool Stroked { get; init; }

    /// <summary>Of a filled path: its paint as 0xRRGGBB.</summary>
    public uint Color { get; init; }

    /// <summary>Of an image: number of its marked content; -1 without.</summary>
    public int MarkedContent { get; init; } = -1;

    /// <summary>Of a path: one rectangle with horizontal and vertical edges.</summary>
    public bool IsRectangle { get; init; }

    /// <summary>A straight horizontal line, drawn as a stroke or as a thin filled rectangle.</summary>
    public bool IsHorizontalRule => Kind == GraphicKind.Path && Box.Width >= 8 && IsThin(Box.Height, Box.Width);

    /// <summary>A straight vertical line, drawn as a stroke or as a thin filled rectangle.</summary>
    public bool IsVerticalRule => Kind == GraphicKind.Path && Box.Height >= 6 && IsThin(Box.Width, Box.Height);

    /// <summary>PDFium's bounds of a stroke are up to twice as thick as the stroke.</summary>
    private bool IsThin(double thickness, double length) =>
        (Segments <= 6 && thickness <= 2.5) || (Segments == 2 && thickness <= 8 && length >= 2.5 * thickness);
}
