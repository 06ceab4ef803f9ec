using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;

namespace Pipeline.Jobs.Runs;

/// <summary>Log lines, oldest first.</summary>
/// <param name="RunId">Lines of this run, or null for those of all.</param>
/// <param name="AfterId">Only lines after this one, for following a log; null for the last lines.</param>
/// <param name="Limit">How many at most.</param>
public sealed record ListLogs(Guid? RunId, long? AfterId = null, int Limit = 500) : IRequest<IReadOnlyList<LogLine>>;

internal sealed class ListLogsHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<ListLogs, IReadOnlyList<LogLine>>
{
    public async ValueTask<IReadOnlyList<LogLine>> Handle(ListLogs request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        var lines = db.LogEntries.AsNoTracking();
        if (request.RunId is { } run) lines = lines.Where(l => l.RunId == run);
        int limit = Math.Clamp(request.Limit, 1, 5_000);
        var page = request.AfterId is { } after
            ? await lines.Where(l => l.Id > after).OrderBy(l => l.Id).Take(limit).ToArrayAsync(cancellationToken)
            : (await lines.OrderByDescending(l => l.Id).Take(limit).ToArrayAsync(cancellationToken)).Reverse().ToArray();
        return page.Select(l => new LogLine(l.Id, l.At, l.Level, l.Category, l.Message, l.Exception, l.Stage, l.ItemId, l.Attempt, l.Worker)).ToArray();
    }
}
