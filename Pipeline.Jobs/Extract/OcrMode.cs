namespace Pipeline.Jobs.Extract;

/// <summary>Which pages are read by OCR.</summary>
public enum OcrMode
{
    /// <summary>Pages without usable text of their own.</summary>
    Auto,

    /// <summary>None.</summary>
    Off,

    /// <summary>All; where OCR finds nothing, the page keeps its own text.</summary>
    Force,
}
