using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using DatasetRow = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>Datasets, newest first.</summary>
/// <param name="Limit">How many at most.</param>
/// <param name="Offset">How many to skip.</param>
public sealed record ListDatasets(int Limit = 100, int Offset = 0) : IRequest<IReadOnlyList<DatasetEntry>>;

internal sealed class ListDatasetsHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<ListDatasets,
    IReadOnlyList<DatasetEntry>>
{
    public async ValueTask<IReadOnlyList<DatasetEntry>> Handle(ListDatasets request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        DatasetRow[] rows = await db.Datasets.AsNoTracking().OrderByDescending(d => d.CreatedAt).ThenByDescending(d => d.Id)
            .Skip(Math.Max(0, request.Offset)).Take(Math.Clamp(request.Limit, 1, 1_000)).ToArrayAsync(cancellationToken);
        return rows.Select(Entry).ToArray();
    }

    public static DatasetEntry Entry(DatasetRow d) => new(d.Id, d.RunId, d.Name, d.TrainExamples, d.EvalExamples, d.CreatedAt, d.Files)
    {
        ContentKey = d.ContentKey,
        ParentId = d.ParentId,
        Author = d.Author,
    };
}
