using Mediator;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Behaviors;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset.Versions;

/// <summary>
/// Makes one new version from a dataset and all decisions of its draft, which is empty afterwards. Null when there is no such dataset.
/// </summary>
/// <param name="DatasetId">The dataset, which stays as it is.</param>
/// <param name="Author">Who closes it.</param>
public sealed record CloseDraft(Guid DatasetId, string Author) : IRequest<ClosedDraft?>, IValidated
{
    /// <inheritdoc />
    public IEnumerable<SettingFault> Problems()
    {
        if (string.IsNullOrWhiteSpace(Author) || Author.Length > 200 || Author.Contains('\0', StringComparison.Ordinal))
            yield return new SettingFault("author", "expected 1 to 200 characters");
    }
}

internal sealed class CloseDraftHandler(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, TimeProvider time)
    : IRequestHandler<CloseDraft, ClosedDraft?>
{
    public async ValueTask<ClosedDraft?> Handle(CloseDraft request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        await using IDbContextTransaction transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        // Whoever closes the same draft at this moment waits here and then finds it closed; a decision waits too, and then begins the
        // next draft.
        List<Data.Entities.Dataset> locked = await db.Datasets
            .FromSql($"SELECT * FROM datasets WHERE id = {request.DatasetId} FOR UPDATE").AsNoTracking().ToListAsync(cancellationToken);
        if (locked is not [{ } parent]) return null;
        Dictionary<string, DraftDecision> decisions = await Drafts.ReadAsync(
            db.DatasetDecisions.FromSql($"SELECT * FROM dataset_decisions WHERE dataset_id = {parent.Id} FOR UPDATE"), cancellationToken);
        if (decisions.Count == 0) return new ClosedDraft(null, "the draft is empty: nothing was decided, or it was closed already");
        IReadOnlyList<Row> before = await Drafts.RowsAsync(db, parent.Id, cancellationToken);
        IReadOnlyList<Row> rows = DatasetReview.Apply(before, decisions.Values);
        if (rows.SequenceEqual(before)) return new ClosedDraft(null, "the draft changes nothing; discard it or decide on other rows");
        Funnel funnel = RowCounts.Into(parent.Funnel is null ? new Funnel() : RowJson.Read<Funnel>(parent.Funnel), rows);
        if (funnel.Kept.GetValueOrDefault("train") == 0)
            return new ClosedDraft(null, "the draft rejects every row to train on; keep some");

        SortedDictionary<string, StoredArtifact> files = await StoreAsync(parent, rows, funnel, decisions, cancellationToken);
        Data.Entities.Dataset version = new(null, parent.Name, DatasetFolder.KeyOf(files.Hashes()), files.Hashes(),
            funnel.Kept.GetValueOrDefault("train"), funnel.Kept.GetValueOrDefault("eval"), time.GetUtcNow())
        {
            ParentId = parent.Id,
            Author = request.Author,
            Funnel = RowJson.Write(funnel),
        };
        await db.RegisterArtifactsAsync(files.Values, cancellationToken);
        db.Datasets.Add(version);
        await db.SaveChangesAsync(cancellationToken);
        foreach (DatasetExample[] some in ExampleRows.Of(version.Id, rows).Chunk(2_000))
        {
            db.DatasetExamples.AddRange(some);
            await db.SaveChangesAsync(cancellationToken);
            db.ChangeTracker.Clear();
        }
        await db.DatasetDecisions.Where(d => d.DatasetId == parent.Id).ExecuteDeleteAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return new ClosedDraft(DatasetVersion.Of(version), null);
    }

    private async Task<SortedDictionary<string, StoredArtifact>> StoreAsync(Data.Entities.Dataset parent, IReadOnlyList<Row> rows,
        Funnel funnel, Dictionary<string, DraftDecision> decisions, CancellationToken ct)
    {
        string scratch = Directory.CreateTempSubdirectory("pipeline-review-").FullName;
        try
        {
            string old = Path.Combine(scratch, "old"), next = Path.Combine(scratch, "next");
            Dictionary<string, string> needed = parent.Files.Where(file => file.Key is DatasetFolder.ExamFile or DatasetFolder.TimesFile
                or DatasetFolder.RowsFile).ToDictionary();
            await storage.Artifacts.RestoreFolderAsync(needed, old, ct);
            await DatasetFolder.WriteAsync(next, rows, funnel, DatasetReview.Carried(DatasetFolder.ReadOptions(old), decisions.Values), ct);
            return await storage.Artifacts.StoreFolderAsync(next, _ => true, ct);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }
}
