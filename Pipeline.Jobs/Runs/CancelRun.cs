using Mediator;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs;

/// <summary>Stops a run: what waits is dropped, what works is told at once and saves what it has. False when it had ended or does not exist.</summary>
public sealed record CancelRun(Guid RunId) : IRequest<bool>;

internal sealed class CancelRunHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<CancelRun, bool>
{
    public async ValueTask<bool> Handle(CancelRun request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        bool ended = await db.EndRunAsync(request.RunId, RunState.Canceled, "canceled by a user", cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return ended;
    }
}
