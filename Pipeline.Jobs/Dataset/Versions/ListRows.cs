using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Behaviors;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>Rows of a dataset, rejected ones included, or null when there is no such dataset.</summary>
/// <param name="DatasetId">The dataset.</param>
/// <param name="Filter">Which rows.</param>
/// <param name="Limit">How many at most, up to 500.</param>
/// <param name="Offset">How many to skip.</param>
/// <param name="After">Only rows after this position; with it pages stay cheap however many there are.</param>
public sealed record ListRows(Guid DatasetId, RowFilter Filter, int Limit = 50, int Offset = 0, int? After = null)
    : IRequest<RowPage?>, IValidated
{
    /// <summary>Most rows of a page.</summary>
    public const int Most = 500;

    /// <inheritdoc />
    public IEnumerable<SettingFault> Problems()
    {
        foreach (SettingFault fault in Filter.Problems()) yield return fault;
        if (Limit is < 1 or > Most) yield return new SettingFault("limit", $"found {Limit}; expected 1 to {Most}");
        if (Offset < 0) yield return new SettingFault("offset", $"found {Offset}; expected 0 or more");
    }
}

internal sealed class ListRowsHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<ListRows, RowPage?>,
    IRequestHandler<GetRow, RowEntry?>
{
    public async ValueTask<RowPage?> Handle(ListRows request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        if (!await db.Datasets.AnyAsync(d => d.Id == request.DatasetId, cancellationToken)) return null;
        IQueryable<DatasetExample> rows = request.Filter.Of(db.DatasetExamples.AsNoTracking().Where(e => e.DatasetId == request.DatasetId));
        int total = await rows.CountAsync(cancellationToken);
        if (request.After is { } after) rows = rows.Where(e => e.Ordinal > after);
        var page = await rows.OrderBy(e => e.Ordinal).Skip(request.Offset).Take(request.Limit + 1)
            .Select(e => new { e.Ordinal, e.Hash, e.Row }).ToListAsync(cancellationToken);
        bool isLast = page.Count <= request.Limit;
        if (!isLast) page.RemoveAt(page.Count - 1);
        string[] hashes = [.. page.Select(e => e.Hash)];
        Dictionary<string, DraftDecision> decisions = await Drafts.ReadAsync(
            db.DatasetDecisions.Where(d => d.DatasetId == request.DatasetId && hashes.Contains(d.Hash)), cancellationToken);
        return new RowPage(total,
            [.. page.Select(e => new RowEntry(e.Ordinal, RowJson.Read<Row>(e.Row), decisions.GetValueOrDefault(e.Hash)))],
            isLast ? null : page[^1].Ordinal);
    }

    public async ValueTask<RowEntry?> Handle(GetRow request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        DatasetExample? row = await Drafts.FindAsync(db, request.DatasetId, request.Hash, cancellationToken);
        if (row is null) return null;
        Dictionary<string, DraftDecision> decisions = await Drafts.ReadAsync(
            db.DatasetDecisions.Where(d => d.DatasetId == request.DatasetId && d.Hash == request.Hash), cancellationToken);
        return new RowEntry(row.Ordinal, RowJson.Read<Row>(row.Row), decisions.GetValueOrDefault(row.Hash));
    }
}
