using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Orchestration;
using Pipeline.Models;
using DatasetRow = Pipeline.Data.Entities.Dataset;

namespace Pipeline.Jobs.Dataset;

/// <summary>Builds the instruction examples of a run from all extracted documents.</summary>
internal sealed class BuildDataset(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, IDocumentReader reader,
    IExampleWriter writer, TimeProvider time) : IStageHandler
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
            IReadOnlyList<DatasetSource> sources = await SourcesAsync(db, claim, options, folder, ct);
            (int train, int eval) = await Task.Run(() => writer.WriteAsync(sources, options, output, ct), ct);
            if (train == 0)
                throw new InputException(
                    $"all {eval} examples of the {sources.Count} documents are held out, so there is nothing to learn; add documents or "
                    + $"lower dataset.eval_fraction");
            SortedDictionary<string, StoredArtifact> files = await storage.Artifacts.StoreFolderAsync(output, _ => true, ct);
            await storage.Artifacts.RestoreFolderAsync(files.Hashes(), RunFolders.Dataset(storage, run.Id), ct);

            // The content decides whether to train again; its origin does not.
            string key = CacheKey.Of([.. files.Select(f => f.Key + "=" + f.Value.Sha256)]);
            DatasetRow row = new(run.Id, run.Name, key, files.Hashes(), train, eval, time.GetUtcNow());
            await claim.CompleteAsync(async (work, token) =>
            {
                await work.RegisterArtifactsAsync(files.Values, token);
                work.Datasets.Add(row);
                (await work.Runs.SingleAsync(r => r.Id == run.Id, token)).DatasetId = row.Id;
            }, fromCache: false, ct);
            return $"{train} examples to learn, {eval} held out";
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<IReadOnlyList<DatasetSource>> SourcesAsync(PipelineDbContext db, ItemClaim claim, RunOptions options, string folder,
        CancellationToken ct)
    {
        Guid runId = claim.Item.RunId;
        var documents = await (
            from document in db.RunDocuments
            where document.RunId == runId && document.ExtractionId != null
                && !db.StageItems.Any(i => i.RunDocumentId == document.Id && i.State == ItemState.Failed)
            join extraction in db.Extractions on document.ExtractionId equals extraction.Id
            orderby document.Path
            select new { document.Id, extraction }).AsNoTracking().ToArrayAsync(ct);
        string fingerprint = options.Caption.Enabled ? ModelFingerprint.Of(options.Caption.Model) : "";
        string promptKey = options.Caption.PromptKey;
        List<DatasetSource> sources = [];
        foreach (var document in documents)
        {
            string json = Path.Combine(folder, "in", document.Id.ToString("N"), ExtractionResult.JsonFile);
            await storage.Artifacts.CopyToAsync(document.extraction.Files[ExtractionResult.JsonFile], json, ct: ct);
            Dictionary<string, string> captions = [];
            if (options.Caption.Enabled)
            {
                string[] images = reader.FigureImages(json).Distinct(StringComparer.Ordinal).ToArray();
                string[] hashes = images.Select(i => document.extraction.Files[i]).ToArray();
                Dictionary<string, string> texts = await db.Captions.Where(c =>
                    hashes.Contains(c.ImageSha256) && c.ModelFingerprint == fingerprint && c.PromptKey == promptKey)
                    .ToDictionaryAsync(c => c.ImageSha256, c => c.Text, ct);
                foreach (string image in images)
                    if (texts.TryGetValue(document.extraction.Files[image], out string? text)) captions[image] = text;
            }
            sources.Add(new DatasetSource(json, captions));
            claim.Report(sources.Count, documents.Length);
        }
        return sources;
    }
}
