using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs;

/// <summary>The documents of a run, by path.</summary>
public sealed record ListDocuments(Guid RunId) : IRequest<IReadOnlyList<DocumentEntry>>;

internal sealed class ListDocumentsHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<ListDocuments, IReadOnlyList<DocumentEntry>>
{
    public async ValueTask<IReadOnlyList<DocumentEntry>> Handle(ListDocuments request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await (
            from part in db.RunDocuments
            where part.RunId == request.RunId
            join document in db.Documents on part.DocumentSha256 equals document.Sha256
            join extraction in db.Extractions on part.ExtractionId equals extraction.Id into extractions
            from extraction in extractions.DefaultIfEmpty()
            orderby part.Path
            select new { part, document.Bytes, extraction }).AsNoTracking().ToArrayAsync(cancellationToken);
        ILookup<Guid?, StageItem> items = (await db.StageItems.AsNoTracking().Where(i => i.RunId == request.RunId && i.RunDocumentId != null)
            .ToArrayAsync(cancellationToken)).ToLookup(i => i.RunDocumentId);
        return rows.Select(r =>
        {
            Dictionary<string, string> files = r.extraction is null ? [] : new(r.extraction.Files);
            if (r.part.CaptionedMarkdownSha256 is { } captioned) files["document.captioned.md"] = captioned;
            return new DocumentEntry(r.part.Id, r.part.Path, r.part.DocumentSha256, r.Bytes, StateOf(r.part, items[r.part.Id].ToArray()),
                items[r.part.Id].FirstOrDefault(i => i.State == ItemState.Failed)?.Error, r.part.DuplicateOf,
                r.extraction?.Pages, r.extraction?.Figures, r.part.Captions, files);
        }).ToArray();
    }

    private static string StateOf(RunDocument document, StageItem[] items) =>
        document.DuplicateOf is not null ? "duplicate"
        : items.Any(i => i.State == ItemState.Failed) ? "failed"
        : items.Any(i => i.State == ItemState.Canceled) ? "canceled"
        : items.Any(i => i.State == ItemState.Running) ? "running"
        : items.Any(i => i.Stage == Stage.Caption && i.IsFinished) ? "succeeded"
        : "pending";
}
