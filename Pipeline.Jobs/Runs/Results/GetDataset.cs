using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using DatasetRow = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>One dataset, or null when there is none of that id.</summary>
/// <param name="Id">The dataset.</param>
public sealed record GetDataset(Guid Id) : IRequest<DatasetEntry?>;

internal sealed class GetDatasetHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<GetDataset, DatasetEntry?>
{
    public async ValueTask<DatasetEntry?> Handle(GetDataset request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        DatasetRow? row = await db.Datasets.AsNoTracking().SingleOrDefaultAsync(d => d.Id == request.Id, cancellationToken);
        return row is null ? null : ListDatasetsHandler.Entry(row);
    }
}
