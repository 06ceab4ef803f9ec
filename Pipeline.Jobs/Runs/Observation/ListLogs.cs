using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Data.Stages;

namespace Pipeline.Jobs.Runs.Observation;

/// <summary>Log lines, oldest first.</summary>
/// <param name="RunId">Lines of this run, or null for those of all.</param>
/// <param name="AfterId">Only lines after this one, for following a log; null for the last lines.</param>
/// <param name="Limit">How many at most.</param>
/// <param name="Level">Only this level: Information, Warning, Error, …</param>
/// <param name="Stage">Only lines of this stage.</param>
/// <param name="ItemId">Only lines of this item.</param>
/// <param name="Attempt">Only lines of this attempt.</param>
/// <param name="Text">Only lines whose message or exception contains this text, ignoring case.</param>
public sealed record ListLogs(Guid? RunId, long? AfterId = null, int Limit = 500, string? Level = null, Stage? Stage = null,
    Guid? ItemId = null, int? Attempt = null, string? Text = null) : IRequest<IReadOnlyList<LogLine>>;

internal sealed class ListLogsHandler(IDbContextFactory<PipelineDbContext> contexts, StageGraph graph) : IRequestHandler<ListLogs,
    IReadOnlyList<LogLine>>
{
    public async ValueTask<IReadOnlyList<LogLine>> Handle(ListLogs request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        IQueryable<LogEntry> lines = db.LogEntries.AsNoTracking();
        if (request.RunId is { } run) lines = lines.Where(l => l.RunId == run);
        if (request.Level is { } level) lines = lines.Where(l => l.Level.ToLower() == level.ToLower());
        if (request.Stage is { } named && graph[named].Stage.Name is { } stage) lines = lines.Where(l => l.Stage == stage);
        if (request.ItemId is { } item) lines = lines.Where(l => l.ItemId == item);
        if (request.Attempt is { } attempt) lines = lines.Where(l => l.Attempt == attempt);
        if (request.Text is { Length: > 0 } text)
        {
            string pattern = "%" + text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal)
                .Replace("_", "\\_", StringComparison.Ordinal) + "%";
            lines = lines.Where(l =>
                EF.Functions.ILike(l.Message, pattern) || l.Exception != null && EF.Functions.ILike(l.Exception, pattern));
        }
        int limit = Math.Clamp(request.Limit, 1, 5_000);
        LogEntry[] page = request.AfterId is { } after
            ? await lines.Where(l => l.Id > after).OrderBy(l => l.Id).Take(limit).ToArrayAsync(cancellationToken)
            : (await lines.OrderByDescending(l => l.Id).Take(limit).ToArrayAsync(cancellationToken)).Reverse().ToArray();
        return page.Select(LogLine.Of).ToArray();
    }
}
