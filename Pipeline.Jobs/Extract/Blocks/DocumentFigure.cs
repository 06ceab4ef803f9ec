namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>A picture of a document, cut out as it is displayed.</summary>
public sealed record DocumentFigure
{
    /// <summary>Unique in the document: <c>figure-3</c>, or <c>page-3</c> for the raster of a page without text.</summary>
    public required string Id { get; init; }

    /// <summary>Name used in the Markdown: <c>Figure 3</c>; the printed number where the document has one.</summary>
    public required string Label { get; init; }

    /// <summary>What it was made from.</summary>
    public required FigureKind Kind { get; init; }

    /// <summary>Page, from 1.</summary>
    public required int Page { get; init; }

    /// <summary>Where it is on the page.</summary>
    public required Box Box { get; init; }

    /// <summary>The image file, relative to the folder of the document: <c>images/figure-3.png</c>.</summary>
    public required string Image { get; init; }

    /// <summary>SHA-256 of the image file in lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Width of the image in pixels.</summary>
    public required int PixelWidth { get; init; }

    /// <summary>Height of the image in pixels.</summary>
    public required int PixelHeight { get; init; }

    /// <summary>The printed caption, <c>Figure 3: …</c>, where there is one; else what the file's tags say that it shows.</summary>
    public string? Caption { get; init; }

    /// <summary>Description by a vision model; added by <see cref="ExtractedDocument.WithDescriptions"/>.</summary>
    public string? Description { get; init; }
}
