using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;

namespace Pipeline.Jobs.Runs;

/// <summary>All items of a run, in order of creation.</summary>
public sealed record ListItems(Guid RunId) : IRequest<IReadOnlyList<RunItem>>;

internal sealed class ListItemsHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<ListItems, IReadOnlyList<RunItem>>
{
    public async ValueTask<IReadOnlyList<RunItem>> Handle(ListItems request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.StageItems.Where(i => i.RunId == request.RunId).OrderBy(i => i.CreatedAt).ThenBy(i => i.Id)
            .Select(i => new RunItem(i.Id, i.Stage, db.RunDocuments.Where(d => d.Id == i.RunDocumentId).Select(d => d.Path)
            .FirstOrDefault(), i.State, i.Attempt,
                i.Worker, i.StartedAt, i.FinishedAt, i.Seconds, i.FromCache, i.FailureKind, i.Error))
            .ToArrayAsync(cancellationToken);
    }
}
