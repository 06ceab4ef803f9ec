using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Extract;

namespace Pipeline.Jobs.Dataset;

/// <summary>The extracted documents of a run with the descriptions of their figures.</summary>
internal sealed class RunDocumentSources(PipelineStorage storage, IDocumentReader reader)
{
    /// <summary>Copies what documents say into a folder.</summary>
    /// <param name="db">Reads the run.</param>
    /// <param name="claim">Item of the run; gets the progress.</param>
    /// <param name="options">Settings of the run.</param>
    /// <param name="folder">Folder for the files; the caller removes it.</param>
    /// <param name="ct">Stops between documents.</param>
    public async Task<IReadOnlyList<DatasetSource>> ReadAsync(PipelineDbContext db, ItemClaim claim, RunOptions options, string folder,
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
