using Pipeline.Jobs.Extract.Text;

namespace Pipeline.Jobs.Extract.Ocr;

/// <summary>What became of the text of a page.</summary>
/// <param name="Confidence">Mean confidence in percent of what OCR has read; null where the text is the page's own.</param>
/// <param name="LeftOut">Characters that nobody could read.</param>
internal readonly record struct OcrPage(double? Confidence, IReadOnlyList<Glyph> LeftOut);
