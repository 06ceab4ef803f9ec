namespace Pipeline.Jobs.Extract.Ocr;

/// <summary>A page could not be read by OCR.</summary>
internal sealed class OcrException(string message, Exception? inner = null) : Exception(message, inner);
