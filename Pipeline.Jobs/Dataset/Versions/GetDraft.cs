using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Behaviors;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>The draft of a dataset, empty where nothing was decided; null when there is no such dataset.</summary>
/// <param name="DatasetId">The dataset.</param>
/// <param name="Limit">Decisions at most, up to 500.</param>
/// <param name="Offset">How many to skip.</param>
public sealed record GetDraft(Guid DatasetId, int Limit = 100, int Offset = 0) : IRequest<DatasetDraft?>, IValidated
{
    /// <inheritdoc />
    public IEnumerable<SettingFault> Problems()
    {
        if (Limit is < 1 or > ListRows.Most) yield return new SettingFault("limit", $"found {Limit}; expected 1 to {ListRows.Most}");
        if (Offset < 0) yield return new SettingFault("offset", $"found {Offset}; expected 0 or more");
    }
}

internal sealed class GetDraftHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<GetDraft, DatasetDraft?>,
    IRequestHandler<DiscardDraft, int?>
{
    public async ValueTask<DatasetDraft?> Handle(GetDraft request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await db.Datasets.AnyAsync(d => d.Id == request.DatasetId, cancellationToken)) return null;
        IQueryable<DatasetDecision> all = db.DatasetDecisions.AsNoTracking().Where(d => d.DatasetId == request.DatasetId);
        Dictionary<string, int> counts = await all.GroupBy(d => d.Decision).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellationToken);
        List<DatasetDecision> page = await all.OrderByDescending(d => d.DecidedAt).ThenBy(d => d.Hash).Skip(request.Offset)
            .Take(request.Limit).ToListAsync(cancellationToken);
        return new DatasetDraft(request.DatasetId, counts.GetValueOrDefault(DraftDecision.Accept),
            counts.GetValueOrDefault(DraftDecision.Reject), counts.GetValueOrDefault(DraftDecision.Edit), [.. page.Select(Drafts.Of)]);
    }

    public async ValueTask<int?> Handle(DiscardDraft request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Datasets.AnyAsync(d => d.Id == request.DatasetId, cancellationToken)
            ? await db.DatasetDecisions.Where(d => d.DatasetId == request.DatasetId).ExecuteDeleteAsync(cancellationToken) : null;
    }
}
