using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>What came of everything that went into a dataset; null when there is no such dataset.</summary>
/// <param name="DatasetId">The dataset.</param>
public sealed record GetFunnel(Guid DatasetId) : IRequest<Funnel?>;

internal sealed class GetFunnelHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<GetFunnel, Funnel?>
{
    public async ValueTask<Funnel?> Handle(GetFunnel request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Data.Entities.Dataset? dataset = await db.Datasets.AsNoTracking()
            .SingleOrDefaultAsync(d => d.Id == request.DatasetId, cancellationToken);
        if (dataset is null) return null;
        if (dataset.Funnel is not null) return RowJson.Read<Funnel>(dataset.Funnel);
        IReadOnlyList<Row> rows = await Drafts.RowsAsync(db, dataset.Id, cancellationToken);
        return rows.Count > 0 ? RowCounts.Into(new Funnel(), rows) : new Funnel
        {
            // Datasets of earlier versions know how many examples they have, and no more.
            Rows = dataset.TrainExamples + dataset.EvalExamples,
            Kept = new Dictionary<string, int> { ["eval"] = dataset.EvalExamples, ["train"] = dataset.TrainExamples },
        };
    }
}
