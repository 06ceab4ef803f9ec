using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Blocks;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>One document of a run with all that was read in it, or null when the run has no such document.</summary>
/// <param name="RunId">The run.</param>
/// <param name="DocumentId">The document's part in the run.</param>
public sealed record GetRunDocument(Guid RunId, Guid DocumentId) : IRequest<RunDocumentDetails?>;

internal sealed class GetRunDocumentHandler(IDbContextFactory<PipelineDbContext> contexts, ISender sender, IArtifactStore artifacts,
    RecentDocuments recent) : IRequestHandler<GetRunDocument, RunDocumentDetails?>
{
    public async ValueTask<RunDocumentDetails?> Handle(GetRunDocument request, CancellationToken cancellationToken)
    {
        IReadOnlyList<DocumentEntry> found =
            await sender.Send(new ListDocuments(request.RunId, DocumentId: request.DocumentId), cancellationToken);
        if (found is not [DocumentEntry entry]) return null;
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        var adapters = await (
            from part in db.RunDocuments
            where part.DocumentSha256 == entry.Sha256
            join adapter in db.Adapters on part.RunId equals adapter.RunId
            orderby adapter.CreatedAt descending
            select new { adapter.Name, adapter.RunId }).Take(50).ToArrayAsync(cancellationToken);
        ExtractedDocument? document = null;
        if (entry.Files.TryGetValue(ExtractionResult.JsonFile, out string? sha256))
        {
            document = await recent.ReadAsync(sha256, async () =>
            {
                // Others may be waiting for it too: whoever leaves does not end it.
                await using Stream content = await artifacts.OpenReadAsync(sha256, CancellationToken.None);
                return ExtractedDocument.Load(content, $"{entry.Path}: {ExtractionResult.JsonFile}");
            });
            document = document.WithDescriptions(await DescriptionsAsync(db, document, cancellationToken));
        }
        return new RunDocumentDetails(entry, document, [.. adapters.Select(a => new TaughtAdapter(a.Name, a.RunId)).Distinct()]);
    }

    // The latest answer about each image, whatever the model and the prompt.
    private static async Task<Dictionary<string, string>> DescriptionsAsync(PipelineDbContext db, ExtractedDocument document,
        CancellationToken cancellationToken)
    {
        string[] images = [.. document.Figures.Select(figure => figure.Sha256).Distinct()];
        Dictionary<string, string> texts = (await db.Captions.AsNoTracking().Where(caption => images.Contains(caption.ImageSha256))
                .OrderBy(caption => caption.CreatedAt).Select(caption => new { caption.ImageSha256, caption.Text })
                .ToArrayAsync(cancellationToken))
            .GroupBy(caption => caption.ImageSha256).ToDictionary(group => group.Key, group => group.Last().Text);
        return document.Figures.Where(figure => texts.ContainsKey(figure.Sha256))
            .ToDictionary(figure => figure.Id, figure => texts[figure.Sha256]);
    }
}
