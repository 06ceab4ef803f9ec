using Pipeline.Jobs.Extract.Rendering;

namespace Pipeline.Jobs.Extract.Text;

/// <summary>A parser that reads the characters of pages.</summary>
internal interface IPageTextSource : IDisposable
{
    /// <param name="number">Page, from 1.</param>
    /// <param name="page">The same page, opened with PDFium.</param>
    List<Glyph> Read(int number, PdfiumPage page);
}
