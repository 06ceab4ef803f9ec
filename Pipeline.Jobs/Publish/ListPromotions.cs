using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Publish;

/// <summary>Decisions about served names, newest first.</summary>
/// <param name="Name">Only those about this name.</param>
/// <param name="RunId">Only those of this run.</param>
/// <param name="Limit">How many at most.</param>
public sealed record ListPromotions(string? Name = null, Guid? RunId = null, int Limit = 100) : IRequest<IReadOnlyList<PromotionEntry>>;

/// <summary>All stable names with what serves them, by name.</summary>
public sealed record ListServedNames : IRequest<IReadOnlyList<ServedNameEntry>>;

internal sealed class ListPromotionsHandler(IDbContextFactory<PipelineDbContext> contexts)
    : IRequestHandler<ListPromotions, IReadOnlyList<PromotionEntry>>, IRequestHandler<ListServedNames, IReadOnlyList<ServedNameEntry>>
{
    public async ValueTask<IReadOnlyList<PromotionEntry>> Handle(ListPromotions request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        IQueryable<Promotion> promotions = db.Promotions.AsNoTracking();
        if (request.Name is { } name) promotions = promotions.Where(p => p.Name == name);
        if (request.RunId is { } run) promotions = promotions.Where(p => p.RunId == run);
        return await Entries(db, promotions.OrderByDescending(p => p.Id).Take(Math.Clamp(request.Limit, 1, 1_000)))
            .ToArrayAsync(cancellationToken);
    }

    public async ValueTask<IReadOnlyList<ServedNameEntry>> Handle(ListServedNames request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        var names = await (
            from served in db.ServedNames
            join promotion in db.Promotions on served.PromotionId equals promotion.Id
            join adapter in db.Adapters on promotion.AdapterId equals adapter.Id
            orderby served.Name
            select new
            {
                served.Name,
                AdapterId = adapter.Id,
                Adapter = adapter.Name,
                Previous = (from p in db.Promotions
                            join a in db.Adapters on p.AdapterId equals a.Id
                            where p.Id == promotion.PreviousId
                            select a.Name).FirstOrDefault(),
                served.DecisionId,
            }).ToArrayAsync(cancellationToken);
        Guid[] last = names.Select(n => n.DecisionId).ToArray();
        Dictionary<Guid, PromotionEntry> entries = await Entries(db, db.Promotions.Where(p => last.Contains(p.Id)))
            .ToDictionaryAsync(p => p.Id, cancellationToken);
        return names.Select(n => new ServedNameEntry(n.Name, n.AdapterId, n.Adapter, n.Previous, entries[n.DecisionId])).ToArray();
    }

    internal static IQueryable<PromotionEntry> Entries(PipelineDbContext db, IQueryable<Promotion> promotions) =>
        from promotion in promotions
        join adapter in db.Adapters on promotion.AdapterId equals adapter.Id
        orderby promotion.Id descending
        select new PromotionEntry(promotion.Id, promotion.Name, promotion.Kind, adapter.Name,
            db.Adapters.Where(a => a.Id == promotion.AgainstId).Select(a => a.Name).FirstOrDefault(),
            promotion.RunId, promotion.Loss, promotion.ReferenceLoss, promotion.Margin, promotion.Tokens, promotion.Reason, promotion.By,
            promotion.CreatedAt);
}
