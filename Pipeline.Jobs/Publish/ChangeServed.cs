using Mediator;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.Logging;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Behaviors;
using Pipeline.Jobs.Served;
using Pipeline.Models;

namespace Pipeline.Jobs.Publish;

/// <summary>Lets the adapter serve a name again that served it before. Null when nothing serves that name.</summary>
/// <param name="Name">The served name.</param>
/// <param name="By">Who asks.</param>
/// <param name="From">Only if this adapter serves it now: a request sent twice goes back once. Null goes back whatever serves.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record RollBackAdapter(string Name, string By, string? From = null, string? Reason = null) : IRequest<ServedChange?>,
    IValidated
{
    /// <inheritdoc />
    public IEnumerable<SettingFault> Problems() => ChangeServedHandler.ReasonProblems(Reason);
}

/// <summary>Lets an adapter serve a name, without a comparison. Null when there is no such adapter.</summary>
/// <param name="Adapter">The adapter.</param>
/// <param name="As">The name to serve.</param>
/// <param name="By">Who asks.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record PromoteAdapter(string Adapter, string As, string By, string? Reason = null) : IRequest<ServedChange?>, IValidated
{
    /// <inheritdoc />
    public IEnumerable<SettingFault> Problems()
    {
        string? problem = As.Length == 0 ? "is empty; give the name to serve"
            : RunOptionsRules.Fault(typeof(PublishOptions).GetProperty(nameof(PublishOptions.PromoteAs))!, As);
        return [.. problem is null ? [] : new[] { new SettingFault("as", problem) }, .. ChangeServedHandler.ReasonProblems(Reason)];
    }
}

internal sealed class ChangeServedHandler(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, TimeProvider time,
    ILogger<ChangeServedHandler> logger)
    : IRequestHandler<RollBackAdapter, ServedChange?>, IRequestHandler<PromoteAdapter, ServedChange?>
{
    public static IEnumerable<SettingFault> ReasonProblems(string? reason) =>
        reason?.Length > 500 ? [new SettingFault("reason", "expected at most 500 characters")] : [];

    public async ValueTask<ServedChange?> Handle(RollBackAdapter request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await ServedNames.LockAsync(db, cancellationToken);
        if (await ServedNames.CurrentAsync(db, request.Name, cancellationToken) is not { } current) return null;
        Adapter now = await db.Adapters.AsNoTracking().SingleAsync(a => a.Id == current.AdapterId, cancellationToken);
        if (request.From is { } from && from != now.Name) return Refused($"{request.Name} is served by {now.Name}, not by {from} any more");
        if (current.PreviousId is not { } previousId) return Refused($"nothing served {request.Name} before {now.Name}");
        Promotion previous = await db.Promotions.AsNoTracking().SingleAsync(p => p.Id == previousId, cancellationToken);
        Adapter earlier = await db.Adapters.AsNoTracking().SingleAsync(a => a.Id == previous.AdapterId, cancellationToken);
        if (await MissingAsync(db, earlier, cancellationToken) is { } missing) return Refused(missing);
        return await ChangeAsync(db, transaction, new Promotion
        {
            Name = request.Name,
            Kind = PromotionKind.RolledBack,
            AdapterId = earlier.Id,
            AgainstId = now.Id,
            Reason = request.Reason ?? $"back from {now.Name}",
            By = request.By,
            CreatedAt = time.GetUtcNow(),
        }, inForce: previous.Id, cancellationToken);
    }

    public async ValueTask<ServedChange?> Handle(PromoteAdapter request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await ServedNames.LockAsync(db, cancellationToken);
        if (await db.Adapters.AsNoTracking()
            .SingleOrDefaultAsync(a => a.Name == request.Adapter, cancellationToken) is not { } adapter) return null;
        if (await ServedNames.FaultAsync(db, request.As, cancellationToken) is { } fault) return Refused(fault);
        Promotion? current = await ServedNames.CurrentAsync(db, request.As, cancellationToken);
        if (current?.AdapterId == adapter.Id) return Refused($"{adapter.Name} serves {request.As} already");
        if (await MissingAsync(db, adapter, cancellationToken) is { } missing) return Refused(missing);
        Promotion promotion = new()
        {
            Name = request.As,
            Kind = PromotionKind.Promoted,
            AdapterId = adapter.Id,
            AgainstId = current?.AdapterId,
            PreviousId = current?.Id,
            Reason = request.Reason ?? "by hand",
            By = request.By,
            CreatedAt = time.GetUtcNow(),
        };
        return await ChangeAsync(db, transaction, promotion, inForce: promotion.Id, cancellationToken);
    }

    private async Task<ServedChange> ChangeAsync(PipelineDbContext db, IDbContextTransaction transaction, Promotion decision, Guid inForce,
        CancellationToken ct)
    {
        db.Promotions.Add(decision);
        await ServedNames.FollowAsync(db, decision, inForce, ct);
        await db.SaveChangesAsync(ct);
        PromotionEntry entry = await ListPromotionsHandler.Entries(db, db.Promotions.Where(p => p.Id == decision.Id)).SingleAsync(ct);
        await transaction.CommitAsync(ct);
        JobsLog.ServedFromNowOn(logger, entry.Name, entry.Adapter, entry.By, entry.Reason);
        return new ServedChange(entry, null);
    }

    private static ServedChange Refused(string why) => new(null, why);

    /// <summary>
    /// Why an adapter cannot serve: its files are neither in their folder nor in the artifact store, which others take them from.
    /// </summary>
    private async Task<string?> MissingAsync(PipelineDbContext db, Adapter adapter, CancellationToken ct)
    {
        if (Directory.Exists(RunFolders.Adapter(storage, adapter.Name, adapter.Path))) return null;
        Training training = await db.Trainings.AsNoTracking().SingleAsync(t => t.Id == adapter.TrainingId, ct);
        return training.Files.Count > 0 && await storage.Artifacts.HasAllAsync(training.Files, ct)
            ? null : $"the files of {adapter.Name} are gone: {adapter.Path}; put them back from a backup";
    }
}
