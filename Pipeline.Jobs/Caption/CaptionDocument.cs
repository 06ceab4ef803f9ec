using System.Diagnostics;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Orchestration;
using CaptionRow = Pipeline.Data.Entities.Caption;

namespace Pipeline.Jobs.Caption;

/// <summary>
/// Describes the figures of one document and writes <c>document.captioned.md</c>. Every description is immediately stored for later
/// runs.
/// </summary>
internal sealed class CaptionDocument(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, IDocumentReader reader,
    IImageDescriber describer, TimeProvider time) : IStageHandler
{
    public string? Describe(RunSummary run) => $"{run.Captions} captions";

    public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        (Run run, RunOptions options) = await RunScope.ReadAsync(db, claim.Item.RunId, ct);
        RunDocument document = await db.RunDocuments.AsNoTracking().SingleAsync(d => d.Id == claim.Item.RunDocumentId, ct);
        Extraction extraction = await db.Extractions.AsNoTracking().SingleAsync(e => e.Id == document.ExtractionId, ct);
        if (!options.Caption.Enabled)
        {
            await claim.SkipAsync("captions are switched off (caption.enabled)", ct);
            return "skipped";
        }

        IReadOnlyList<string> images = await FigureImagesAsync(run.Id, claim, extraction, ct);
        Dictionary<string, string> captions = [];
        int described = 0;
        if (images.Count > 0)
        {
            string fingerprint = ModelFingerprint.Of(options.Caption.Model);
            foreach (string image in images.Distinct(StringComparer.Ordinal))
            {
                (captions[image], bool isNew) = await DescribeAsync(db, extraction.Files[image], fingerprint, options.Caption, ct);
                if (!isNew) continue;
                described++;
                await claim.ProgressSavedAsync(ct);
            }
        }

        string markdown = await ReadTextAsync(extraction.Files[ExtractionResult.MarkdownFile], ct);
        StoredArtifact captioned =
            await storage.Artifacts.PutAsync(new MemoryStream(Encoding.UTF8.GetBytes(CaptionedMarkdown.Insert(markdown, captions))), ct);
        await claim.CompleteAsync(async (work, token) =>
        {
            await work.RegisterArtifactsAsync([captioned], token);
            RunDocument row = await work.RunDocuments.SingleAsync(d => d.Id == document.Id, token);
            row.CaptionedMarkdownSha256 = captioned.Sha256;
            row.Captions = images.Count;
        }, fromCache: described == 0 && images.Count > 0, ct);
        return $"{document.Path}: {described} figures described, {images.Count - described} known before";
    }

    private async Task<IReadOnlyList<string>> FigureImagesAsync(Guid runId, ItemClaim claim, Extraction extraction, CancellationToken ct)
    {
        string path = Path.Combine(storage.WorkFolder(runId), $"caption-{claim.Item.Id:N}-{claim.Item.Attempt}.json");
        await storage.Artifacts.CopyToAsync(extraction.Files[ExtractionResult.JsonFile], path, ct: ct);
        try
        {
            return reader.FigureImages(path);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private async Task<(string Text, bool IsNew)> DescribeAsync(PipelineDbContext db, string sha256, string fingerprint,
        CaptionOptions options, CancellationToken ct)
    {
        string promptKey = options.PromptKey;
        string? known = await db.Captions.Where(c =>
            c.ImageSha256 == sha256 && c.ModelFingerprint == fingerprint && c.PromptKey == promptKey)
            .Select(c => c.Text).SingleOrDefaultAsync(ct);
        if (known is not null) return (known, false);

        using MemoryStream image = new();
        await using (Stream stored = await storage.Artifacts.OpenReadAsync(sha256, ct)) await stored.CopyToAsync(image, ct);
        long started = Stopwatch.GetTimestamp();
        string text = await describer.DescribeAsync(
            new ImageQuestion(image.ToArray(), options.Prompt)
            {
                ModelFolder = options.Model,
                MaxNewTokens = options.MaxNewTokens,
                WaitsInQueue = true
            }, ct);
        CaptionRow row = new(sha256, fingerprint, promptKey, text.Trim().Replace('\0', ' '),
            Stopwatch.GetElapsedTime(started).TotalSeconds, time.GetUtcNow());
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO captions (id, image_sha256, model_fingerprint, prompt_key, text, seconds, created_at)
            VALUES ({row.Id}, {row.ImageSha256}, {row.ModelFingerprint}, {row.PromptKey}, {row.Text}, {row.Seconds}, {row.CreatedAt})
            ON CONFLICT DO NOTHING
            """, ct);
        return (row.Text, true);
    }

    private async Task<string> ReadTextAsync(string sha256, CancellationToken ct)
    {
        using StreamReader text = new(await storage.Artifacts.OpenReadAsync(sha256, ct), Encoding.UTF8);
        return await text.ReadToEndAsync(ct);
    }
}
