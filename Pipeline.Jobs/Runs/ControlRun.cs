using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Runs;

/// <summary>
/// Takes a run's work from queue and workers until it is resumed. False when it is paused already, has ended or does not exist.
/// </summary>
public sealed record PauseRun(Guid RunId) : IRequest<bool>;

/// <summary>Resumes a paused run. False when it is not paused.</summary>
public sealed record ResumeRun(Guid RunId) : IRequest<bool>;

/// <summary>Changes which run's work is claimed first; higher comes first. False when there is no such run.</summary>
public sealed record PrioritizeRun(Guid RunId, int Priority) : IRequest<bool>;

/// <summary>Retries what failed or was canceled. Returns the number of items put back; 0 when there were none.</summary>
/// <param name="RunId">The run.</param>
/// <param name="Stage">Only this stage, or null for all.</param>
/// <param name="ItemId">Only this item, or null for all.</param>
public sealed record RetryRun(Guid RunId, Stage? Stage = null, Guid? ItemId = null) : IRequest<int>;

internal sealed class ControlRunHandler(IDbContextFactory<PipelineDbContext> contexts, StageGraph graph, IServiceProvider services)
    : IRequestHandler<PauseRun, bool>, IRequestHandler<ResumeRun, bool>, IRequestHandler<PrioritizeRun, bool>, IRequestHandler<RetryRun,
    int>
{
    public ValueTask<bool> Handle(PauseRun request, CancellationToken cancellationToken) =>
        DoAsync(db => db.PauseAsync(request.RunId, cancellationToken), cancellationToken);

    public ValueTask<bool> Handle(ResumeRun request, CancellationToken cancellationToken) =>
        DoAsync(db => db.ResumeAsync(request.RunId, cancellationToken), cancellationToken);

    public ValueTask<bool> Handle(PrioritizeRun request, CancellationToken cancellationToken) =>
        DoAsync(db => db.PrioritizeAsync(request.RunId, request.Priority, cancellationToken), cancellationToken);

    public ValueTask<int> Handle(RetryRun request, CancellationToken cancellationToken)
    {
        if (request.Stage is { } named) _ = graph[named];
        return DoAsync(
            db => db.RetryAsync(
                graph, request.RunId, request.Stage, request.ItemId,
                stage => services.StageHandler(stage).ForgetAsync(db, request.RunId, cancellationToken), cancellationToken),
            cancellationToken);
    }

    private async ValueTask<T> DoAsync<T>(Func<PipelineDbContext, Task<T>> change, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        return await change(db);
    }
}
