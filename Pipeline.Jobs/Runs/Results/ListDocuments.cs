using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;
using Pipeline.Jobs.Behaviors;
using Pipeline.Models;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>The documents of a run, by path.</summary>
/// <param name="RunId">The run.</param>
/// <param name="State">Only those in this state (see <see cref="DocumentEntry.State"/>), or null for all.</param>
/// <param name="Limit">How many at most.</param>
/// <param name="Offset">How many to skip.</param>
/// <param name="DocumentId">Only this one.</param>
public sealed record ListDocuments(Guid RunId, string? State = null, int Limit = int.MaxValue, int Offset = 0, Guid? DocumentId = null)
    : IRequest<IReadOnlyList<DocumentEntry>>, IValidated
{
    /// <summary>States to filter by.</summary>
    public static readonly IReadOnlyList<string> States = ["pending", "running", "succeeded", "failed", "duplicate", "canceled"];

    /// <inheritdoc />
    public IEnumerable<SettingFault> Problems()
    {
        if (State is not null && !States.Contains(State)) yield return new SettingFault("state",
            $"found '{State}'; expected one of {string.Join(", ", States)}");
        if (Limit < 1) yield return new SettingFault("limit", $"found {Limit}; expected 1 or more");
        if (Offset < 0) yield return new SettingFault("offset", $"found {Offset}; expected 0 or more");
    }
}

internal sealed class ListDocumentsHandler(IDbContextFactory<PipelineDbContext> contexts, StageGraph graph)
    : IRequestHandler<ListDocuments, IReadOnlyList<DocumentEntry>>
{
    public async ValueTask<IReadOnlyList<DocumentEntry>> Handle(ListDocuments request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Stage[] last = [.. graph.LastOfDocuments.Select(d => d.Stage)];
        var rows = await (
            from part in db.RunDocuments
            where part.RunId == request.RunId && (request.DocumentId == null || part.Id == request.DocumentId)
            join document in db.Documents on part.DocumentSha256 equals document.Sha256
            join extraction in db.Extractions on part.ExtractionId equals extraction.Id into extractions
            from extraction in extractions.DefaultIfEmpty()
            let state = part.DuplicateOf != null ? "duplicate"
                : db.StageItems.Any(i => i.RunDocumentId == part.Id && i.State == ItemState.Failed) ? "failed"
                : db.StageItems.Any(i => i.RunDocumentId == part.Id && i.State == ItemState.Canceled) ? "canceled"
                : db.StageItems.Any(i => i.RunDocumentId == part.Id && i.State == ItemState.Running) ? "running"
                : db.StageItems.Any(i => i.RunDocumentId == part.Id && last.Contains(i.Stage)
                && (i.State == ItemState.Succeeded || i.State == ItemState.Skipped)) ? "succeeded"
                : "pending"
            where request.State == null || state == request.State
            orderby part.Path
            select new
            {
                part,
                document.Bytes,
                extraction,
                state,
                Error = db.StageItems.Where(i => i.RunDocumentId == part.Id && i.State == ItemState.Failed).Select(i => i.Error)
                .FirstOrDefault(),
            }).AsNoTracking().Skip(request.Offset).Take(request.Limit).ToArrayAsync(cancellationToken);
        return rows.Select(r =>
        {
            Dictionary<string, string> files = r.extraction is null ? [] : new(r.extraction.Files);
            if (r.part.CaptionedMarkdownSha256 is { } captioned) files["document.captioned.md"] = captioned;
            return new DocumentEntry(r.part.Id, r.part.Path, r.part.DocumentSha256, r.Bytes, r.state, r.Error, r.part.DuplicateOf,
                r.extraction?.Pages, r.extraction?.Figures, r.part.Captions, r.extraction?.Warnings ?? [], files);
        }).ToArray();
    }
}
