using System.Text.Json;
using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>Evaluations, newest first.</summary>
/// <param name="RunId">Only the one this run made or reused; null for all.</param>
/// <param name="Limit">How many at most.</param>
public sealed record ListEvaluations(Guid? RunId = null, int Limit = 100) : IRequest<IReadOnlyList<EvaluationEntry>>;

internal sealed class ListEvaluationsHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<ListEvaluations,
    IReadOnlyList<EvaluationEntry>>
{
    public async ValueTask<IReadOnlyList<EvaluationEntry>> Handle(ListEvaluations request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        IQueryable<Evaluation> evaluations = db.Evaluations.AsNoTracking();
        if (request.RunId is { } run) evaluations = evaluations.Where(e => db.Runs.Any(r => r.Id == run && r.EvaluationId == e.Id));
        var rows = await evaluations.OrderByDescending(e => e.CreatedAt).Take(Math.Clamp(request.Limit, 1, 1_000)).Select(e => new
        {
            e.Id,
            e.RunId,
            e.Examples,
            e.Tokens,
            e.BaseLoss,
            e.AdapterLoss,
            e.Generations,
            e.CreatedAt,
            e.CurrentLoss,
            e.Verdict,
            e.VerdictReason, // not the examination, which is large
        }).ToArrayAsync(cancellationToken);
        return rows.Select(e =>
            new EvaluationEntry(e.Id, e.RunId, e.Examples, e.Tokens, e.BaseLoss, e.AdapterLoss,
                Math.Exp(e.BaseLoss), Math.Exp(e.AdapterLoss),
            JsonDocument.Parse(e.Generations).RootElement, e.CreatedAt, e.CurrentLoss, e.Verdict, e.VerdictReason)).ToArray();
    }
}
