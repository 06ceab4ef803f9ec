namespace Pipeline.Jobs.Extract.Blocks;

/// <summary>One page of a document.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Width">Displayed width in points.</param>
/// <param name="Height">Displayed height in points.</param>
/// <param name="Image">Raster of the page, relative to the folder of the document: <c>pages/page-0001.png</c>.</param>
/// <param name="HasText">False for a scan without a text layer; such a page is also a figure.</param>
public sealed record DocumentPage(int Number, double Width, double Height, string Image, bool HasText)
{
    /// <summary>
    /// Where the characters that the page draws went; the counts sum to <see cref="CharacterPlace.Total"/>. Null in documents of earlier
    /// versions.
    /// </summary>
    public IReadOnlyDictionary<CharacterPlace, int>? Characters { get; init; }

    /// <summary>Where OCR has read the text or a part of it: its mean confidence in percent. Null where it is the file's own.</summary>
    public double? OcrConfidence { get; init; }
}
