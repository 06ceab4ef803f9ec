using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>Published adapters, newest first.</summary>
public sealed record ListAdapters : IRequest<IReadOnlyList<AdapterEntry>>;

internal sealed class ListAdaptersHandler(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage)
    : IRequestHandler<ListAdapters, IReadOnlyList<AdapterEntry>>
{
    public async ValueTask<IReadOnlyList<AdapterEntry>> Handle(ListAdapters request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        AdapterEntry[] adapters = await (
            from adapter in db.Adapters
            join training in db.Trainings on adapter.TrainingId equals training.Id
            orderby adapter.CreatedAt descending
            select new AdapterEntry(adapter.Id, adapter.Name, adapter.RunId, adapter.BaseModel, adapter.Path, adapter.Template,
                training.Steps,
                training.FirstLoss, training.LastLoss, training.TrainableParameters, training.AllParameters, adapter.CreatedAt))
                .ToArrayAsync(cancellationToken);
        var served = await (
            from name in db.ServedNames
            join promotion in db.Promotions on name.PromotionId equals promotion.Id
            select new { promotion.AdapterId, name.Name }).ToArrayAsync(cancellationToken);
        ILookup<Guid, string> names = served.ToLookup(s => s.AdapterId, s => s.Name);
        return adapters.Select(a => a with
        {
            Path = RunFolders.Adapter(storage, a.Name, a.Path),
            ServedAs = [.. names[a.Id].Order(StringComparer.Ordinal)],
        }).ToArray();
    }
}
