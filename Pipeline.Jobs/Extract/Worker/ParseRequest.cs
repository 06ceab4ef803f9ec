using System.Text.Json;
using Pipeline.Jobs.Extract.Ocr;

namespace Pipeline.Jobs.Extract.Worker;

/// <summary>What the parser process is asked to do; one line of JSON on its standard input.</summary>
/// <param name="Pdf">Path of the file.</param>
/// <param name="Name">Its name for messages and for the document.</param>
/// <param name="Folder">Empty folder for the results.</param>
/// <param name="RasterDpi">Resolution of rasters.</param>
/// <param name="MaxPages">Longest accepted document.</param>
/// <param name="WithoutPdfPig">PdfPig did not survive this file: read text through PDFium.</param>
/// <param name="Ocr">What reads pages without usable text; null for nothing.</param>
internal sealed record ParseRequest(string Pdf, string Name, string Folder, int RasterDpi, int MaxPages, bool WithoutPdfPig,
    OcrSettings? Ocr = null)
{
    public string ToLine() => JsonSerializer.Serialize(this);

    public static ParseRequest FromLine(string line) =>
        JsonSerializer.Deserialize<ParseRequest>(line) ?? throw new JsonException("empty request");
}
