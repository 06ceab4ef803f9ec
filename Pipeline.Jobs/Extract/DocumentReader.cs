using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Extract;

/// <summary>The extraction stage, using <see cref="DocumentExtractor"/>.</summary>
internal sealed class DocumentReader(DocumentExtractor extractor) : IDocumentReader
{
    public string Version => DocumentExtractor.ExtractorVersion;

    public string OptionsKey(RunOptions options) => options.Extraction.CacheKey;

    public async Task<ReadDocument> ReadAsync(string pdf, string folder, RunOptions options, CancellationToken ct)
    {
        ExtractionResult result = await extractor.ExtractAsync(pdf, folder, options.Extraction, ct);
        return new ReadDocument(result.Document.Pages.Count, result.Document.Figures.Count, result.Document.Warnings);
    }

    public IReadOnlyList<string> FigureImages(string documentJson) =>
        ExtractedDocument.Load(documentJson).Figures.Select(f => f.Image).ToArray();
}
