using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>Which documents take part in a run, by path, without what became of them; duplicates are left out.</summary>
/// <param name="RunId">The run.</param>
public sealed record ListDocumentParts(Guid RunId) : IRequest<IReadOnlyList<DocumentPart>>;

/// <summary>A document's part in a run.</summary>
/// <param name="Id">The part.</param>
/// <param name="Path">Path below the source folder, or the uploaded name.</param>
/// <param name="Sha256">Its content.</param>
public sealed record DocumentPart(Guid Id, string Path, string Sha256);

internal sealed class ListDocumentPartsHandler(IDbContextFactory<PipelineDbContext> contexts)
    : IRequestHandler<ListDocumentParts, IReadOnlyList<DocumentPart>>
{
    public async ValueTask<IReadOnlyList<DocumentPart>> Handle(ListDocumentParts request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.RunDocuments.AsNoTracking().Where(part => part.RunId == request.RunId && part.DuplicateOf == null)
            .OrderBy(part => part.Path).Select(part => new DocumentPart(part.Id, part.Path, part.DocumentSha256))
            .ToArrayAsync(cancellationToken);
    }
}
