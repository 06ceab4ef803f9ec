using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>Datasets, newest first.</summary>
public sealed record ListDatasets(int Limit = 100) : IRequest<IReadOnlyList<DatasetEntry>>;

internal sealed class ListDatasetsHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<ListDatasets, IReadOnlyList<DatasetEntry>>
{
    public async ValueTask<IReadOnlyList<DatasetEntry>> Handle(ListDatasets request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        var rows = await db.Datasets.AsNoTracking().OrderByDescending(d => d.CreatedAt).Take(Math.Clamp(request.Limit, 1, 1_000)).ToArrayAsync(cancellationToken);
        return rows.Select(d => new DatasetEntry(d.Id, d.RunId, d.Name, d.TrainExamples, d.EvalExamples, d.CreatedAt, d.Files)).ToArray();
    }
}
