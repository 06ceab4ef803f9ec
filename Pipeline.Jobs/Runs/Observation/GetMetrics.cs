using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs.Observation;

/// <summary>The training curves of a run by name (<c>loss</c>, <c>eval_loss</c>, <c>learning_rate</c>, …), each in step order.</summary>
/// <param name="RunId">The run. One that reused a training has the curves of the run that made it.</param>
public sealed record GetMetrics(Guid RunId) : IRequest<IReadOnlyDictionary<string, IReadOnlyList<MetricPoint>>>;

internal sealed class GetMetricsHandler(IDbContextFactory<PipelineDbContext> contexts)
    : IRequestHandler<GetMetrics, IReadOnlyDictionary<string, IReadOnlyList<MetricPoint>>>
{
    public async ValueTask<IReadOnlyDictionary<string,
        IReadOnlyList<MetricPoint>>> Handle(GetMetrics request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Guid? maker = await (from run in db.Runs
                             where run.Id == request.RunId
                             join training in db.Trainings on run.TrainingId equals training.Id
                             select (Guid?)training.RunId)
            .SingleOrDefaultAsync(cancellationToken);
        Guid source = maker ?? request.RunId;
        TrainingMetric[] points = await db.TrainingMetrics.AsNoTracking().Where(m => m.RunId == source).OrderBy(m => m.Step)
            .ToArrayAsync(cancellationToken);
        return points.GroupBy(m => m.Name).ToDictionary(
            g => g.Key, IReadOnlyList<MetricPoint> (g) => g.Select(m => new MetricPoint(m.Step, m.Epoch, m.Value, m.At)).ToArray());
    }
}
