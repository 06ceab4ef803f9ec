using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;

namespace Pipeline.Jobs.Runs;

/// <summary>Published adapters, newest first.</summary>
public sealed record ListAdapters : IRequest<IReadOnlyList<AdapterEntry>>;

internal sealed class ListAdaptersHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<ListAdapters, IReadOnlyList<AdapterEntry>>
{
    public async ValueTask<IReadOnlyList<AdapterEntry>> Handle(ListAdapters request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await (
            from adapter in db.Adapters
            join training in db.Trainings on adapter.TrainingId equals training.Id
            orderby adapter.CreatedAt descending
            select new AdapterEntry(adapter.Id, adapter.Name, adapter.RunId, adapter.BaseModel, adapter.Path, adapter.Template, training.Steps,
                training.FirstLoss, training.LastLoss, training.TrainableParameters, training.AllParameters, adapter.CreatedAt)).ToArrayAsync(cancellationToken);
    }
}
