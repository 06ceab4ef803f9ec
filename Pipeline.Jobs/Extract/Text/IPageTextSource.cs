using Pipeline.Jobs.Extract.Rendering;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>A parser that reads the characters of pages.</summary>
internal interface IPageTextSource : IDisposable
{
    /// <summary>Clockwise quarter turns after which most text of a page runs from left to right.</summary>
    /// <param name="number">Page, from 1.</param>
    int TurnOf(int number);

    /// <param name="number">Page, from 1.</param>
    /// <param name="page">The same page, opened with PDFium.</param>
    /// <param name="turn">Quarter turns that the page was given since it was read.</param>
    List<Glyph> Read(int number, PdfiumPage page, int turn);
}
