using Mediator;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs;

/// <summary>
/// Stops a run: waiting items are dropped, running ones are notified at once and save their work. False when it had ended or does not
/// exist.
/// </summary>
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
