using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Mix;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Versions;
using Pipeline.Jobs.Orchestration;
using Pipeline.Jobs.Served;
using Pipeline.Models;
using DatasetRow = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Jobs.Dataset;

/// <summary>Divides the rows of a run into what is trained and what is only asked, mixes them, and writes the dataset.</summary>
internal sealed class BuildDataset(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, RunDocumentSources sources,
    IDatasetRules rules, TimeProvider time) : IStageHandler
{
    public string? Describe(RunSummary run) => run.Examples is { } e ? $"{e.Train} examples to learn, {e.Eval} held out" : null;

    public async Task ForgetAsync(PipelineDbContext db, Guid runId, CancellationToken ct)
    {
        await db.Runs.Where(r => r.Id == runId).ExecuteUpdateAsync(runs => runs.SetProperty(r => r.DatasetId, (Guid?)null), ct);
        await db.Datasets.Where(d => d.RunId == runId).ExecuteDeleteAsync(ct);       // a run has one
    }

    public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        (Run run, RunOptions options) = await RunScope.ReadAsync(db, claim.Item.RunId, ct);
        string folder = Path.Combine(storage.WorkFolder(run.Id), $"dataset-{claim.Item.Attempt}"), output = Path.Combine(folder, "out");
        try
        {
            WrittenDataset written = await ReadAsync(db, run, options, claim, folder, ct);
            IReadOnlySet<string>? trained = await TrainedAsync(db, options, ct);
            (IReadOnlyList<MixSource> files, IReadOnlyList<SkippedRow> skipped) =
                await RunFiles.ReadAsync(run, options, rules.LanguageOf, ct);
            FinishedDataset finished = await Task.Run(() => written.Finish(rules, options, trained, files, skipped.Count), ct);
            int train = finished.Count(RowSplit.Train), eval = finished.Count(RowSplit.Eval), exam = finished.Count(RowSplit.Exam);
            if (train == 0) throw new InputException(finished.Nothing());
            await DatasetFolder.WriteAsync(output, finished.Rows, finished.Funnel, finished.Options, ct);
            SortedDictionary<string, StoredArtifact> stored = await storage.Artifacts.StoreFolderAsync(output, _ => true, ct);
            await storage.Artifacts.RestoreFolderAsync(stored.Hashes(), RunFolders.Dataset(storage, run.Id), ct);

            string key = DatasetFolder.KeyOf(stored.Hashes());
            DatasetRow row = new(run.Id, run.Name, key, stored.Hashes(), train, eval, time.GetUtcNow())
            {
                Funnel = RowJson.Write(finished.Funnel),
            };
            DatasetExample[] examples = [.. ExampleRows.Of(row.Id, finished.Rows)];
            await claim.CompleteAsync(async (work, token) =>
            {
                await work.RegisterArtifactsAsync(stored.Values, token);
                work.Datasets.Add(row);
                work.DatasetExamples.AddRange(examples);
                (await work.Runs.SingleAsync(r => r.Id == run.Id, token)).DatasetId = row.Id;
            }, fromCache: false, ct);
            return $"{train} examples to learn, {eval} held out, {exam} questions to examine; {finished.Overlap.Overlapping} of them share "
                + $"13 words with a trained question";
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<WrittenDataset> ReadAsync(PipelineDbContext db, Run run, RunOptions options, ItemClaim claim, string folder,
        CancellationToken ct)
    {
        if (await storage.Artifacts.ReadLinesAsync<Row>(run, Filtered.RowsFile, ct) is { } rows
            && await storage.Artifacts.ReadAsync<Filtered>(run, Filtered.File, ct) is { } filtered
            && await storage.Artifacts.ReadAsync<Cleaned>(run, Cleaned.File, ct) is { } cleaned)
        {
            Dictionary<string, string> contexts = [];
            await foreach (string json in db.DatasetChunks.AsNoTracking().Where(c => c.RunId == run.Id).OrderBy(c => c.Key)
                .Select(c => c.Chunk).AsAsyncEnumerable().WithCancellation(ct))
            {
                Chunk chunk = RowJson.Read<Chunk>(json);
                contexts[chunk.Id] = chunk.Text;
            }
            return new WrittenDataset(rows, contexts, cleaned, filtered);
        }
        // A run that had come this far before these stages existed: all of it at once, without a model.
        IReadOnlyList<DatasetSource> documents = await sources.ReadAsync(db, claim, options, folder, ct);
        return await Task.Run(() => WrittenDataset.Write(rules, documents, options, ct), ct);
    }

    /// <summary>What the adapter that serves the run's name has seen: its questions cannot examine anybody.</summary>
    private async Task<IReadOnlySet<string>?> TrainedAsync(PipelineDbContext db, RunOptions options, CancellationToken ct)
    {
        if (options.Publish.PromoteAs is not { } name || await ServedNames.CurrentAsync(db, name, ct) is not { } promotion) return null;
        Dictionary<string, string> files = await (
            from adapter in db.Adapters
            where adapter.Id == promotion.AdapterId
            join training in db.Trainings on adapter.TrainingId equals training.Id
            select training.Files).SingleAsync(ct);
        return await TrainedQuestionFiles.ReadAsync(storage.Artifacts, files, ct);
    }
}
