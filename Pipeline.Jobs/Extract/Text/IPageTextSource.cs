using Pipeline.Jobs.Extract.Rendering;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>A parser that reads the characters of pages.</summary>
internal interface IPageTextSource : IDisposable
{
    /// <summary>Clockwise quarter turns after which most text of a page runs from left to right.</summary>
    /// <param name="number">Page, from 1.</param>
    int TurnOf(int number);

    /// <summary>The document has layers that are off; text on them may still be among the characters.</summary>
    bool HasHiddenLayers { get; }

    /// <param name="number">Page, from 1.</param>
    /// <param name="page">The same page, opened with PDFium.</param>
    /// <param name="turn">Quarter turns that the page was given since it was read.</param>
    /// <param name="account">Counts the characters that are not among those returned.</param>
    List<Glyph> Read(int number, PdfiumPage page, int turn, TextAccount account);
}
