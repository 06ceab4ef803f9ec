namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>What a figure was made from.</summary>
public enum FigureKind
{
    /// <summary>One or more embedded raster images.</summary>
    Image,

    /// <summary>Lines and shapes drawn by the page.</summary>
    Vector,

    /// <summary>A whole page without text, such as a scan.</summary>
    Page,
}
