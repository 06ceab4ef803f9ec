using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Jobs.Behaviors;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>Compares two datasets; null when one of them does not exist.</summary>
/// <param name="Before">The first.</param>
/// <param name="After">The second.</param>
/// <param name="Change">Only differences of this kind on the page; null for all.</param>
/// <param name="Limit">Differences on the page at most, up to 500.</param>
/// <param name="Offset">How many to skip.</param>
public sealed record DiffDatasets(Guid Before, Guid After, string? Change = null, int Limit = 100, int Offset = 0)
    : IRequest<DatasetDiff?>, IValidated
{
    /// <inheritdoc />
    public IEnumerable<SettingFault> Problems()
    {
        if (Change is not null && !RowChange.All.Contains(Change))
            yield return new SettingFault("change", $"found '{Change}'; expected {string.Join(", ", RowChange.All)}");
        if (Limit is < 1 or > ListRows.Most) yield return new SettingFault("limit", $"found {Limit}; expected 1 to {ListRows.Most}");
        if (Offset < 0) yield return new SettingFault("offset", $"found {Offset}; expected 0 or more");
    }
}

internal sealed class DiffDatasetsHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<DiffDatasets, DatasetDiff?>
{
    public async ValueTask<DatasetDiff?> Handle(DiffDatasets request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Data.Entities.Dataset? before = await FindAsync(request.Before), after = await FindAsync(request.After);
        if (before is null || after is null) return null;
        IReadOnlyList<RowChange> changes = RowDiff.Of(await OwnAsync(before.Id, after.Id), await OwnAsync(after.Id, before.Id));
        IReadOnlyDictionary<string, int> counts = RowDiff.Count(changes);
        return new DatasetDiff(DatasetVersion.Of(before), DatasetVersion.Of(after), counts[RowChange.Added], counts[RowChange.Removed],
            counts[RowChange.Changed], [.. changes.Where(change => request.Change is null || change.Change == request.Change)
                .Skip(request.Offset).Take(request.Limit)]);

        Task<Data.Entities.Dataset?> FindAsync(Guid id) =>
            db.Datasets.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, cancellationToken);

        // Most rows of two versions are the same; only the others are read whole.
        async Task<IReadOnlyList<Row>> OwnAsync(Guid id, Guid other) =>
            [.. (await db.DatasetExamples.AsNoTracking()
                .Where(e => e.DatasetId == id && !db.DatasetExamples.Any(o => o.DatasetId == other && o.Hash == e.Hash
                    && (o.State == "rejected") == (e.State == "rejected")))
                .OrderBy(e => e.Ordinal).Select(e => e.Row).ToListAsync(cancellationToken)).Select(RowJson.Read<Row>)];
    }
}
