using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Dataset;

/// <summary>The dataset stage, using <see cref="DatasetBuilder"/>.</summary>
internal sealed class DocumentExamples : IExampleWriter
{
    public async Task<(int Train, int Eval)> WriteAsync(IReadOnlyList<DatasetSource> documents, RunOptions options, string folder,
        CancellationToken ct)
    {
        ExtractedDocument[] described = documents.Select(source =>
        {
            ExtractedDocument document = ExtractedDocument.Load(source.DocumentJson);
            return document.WithDescriptions(document.Figures.Where(f => source.Captions.ContainsKey(f.Image))
                .ToDictionary(f => f.Id, f => source.Captions[f.Image]));
        }).ToArray();
        DatasetResult result = await DatasetBuilder.BuildAsync(described, options.Dataset, folder, ct);
        return (result.Train, result.Eval);
    }
}
