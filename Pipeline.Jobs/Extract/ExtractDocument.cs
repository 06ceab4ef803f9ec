using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Artifacts;
using Pipeline.Data.Claims;
using Pipeline.Data.Entities;
using Pipeline.Jobs.Orchestration;

namespace Pipeline.Jobs.Extract;

/// <summary>Turns one document of a run into Markdown, figures and page images, or takes the stored extraction of the same bytes.</summary>
internal sealed class ExtractDocument(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, IDocumentReader reader,
    TimeProvider time) : IStageHandler
{
    private const int LoggedWarnings = 5;

    public string? Describe(RunSummary run) => $"{run.Pages} pages, {run.Figures} figures";

    public async Task<string> WorkAsync(ItemClaim claim, CancellationToken ct)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        (Run run, RunOptions options) = await RunScope.ReadAsync(db, claim.Item.RunId, ct);
        RunDocument document = await db.RunDocuments.AsNoTracking().SingleAsync(d => d.Id == claim.Item.RunDocumentId, ct);
        string sha256 = document.DocumentSha256, optionsKey = CacheKey.Of(reader.OptionsKey(options));

        Extraction? stored = await db.Extractions.AsNoTracking()
            .SingleOrDefaultAsync(e =>
                e.DocumentSha256 == sha256 && e.ExtractorVersion == reader.Version && e.OptionsKey == optionsKey, ct);
        if (stored is not null && await storage.Artifacts.HasAllAsync(stored.Files, ct))
        {
            await claim.CompleteAsync(async (work, token) =>
                (await work.RunDocuments.SingleAsync(d => d.Id == document.Id, token)).ExtractionId = stored.Id, fromCache: true, ct);
            return $"{document.Path}: {stored.Pages} pages, stored before";
        }

        string folder = Path.Combine(storage.WorkFolder(run.Id), $"extract-{claim.Item.Id:N}-{claim.Item.Attempt}");
        try
        {
            // The parser's messages name the file, so the copy keeps its name.
            string pdf = Path.Combine(folder, Path.GetFileName(document.Path)), output = Path.Combine(folder, "out");
            await storage.Artifacts.CopyToAsync(sha256, pdf, ct: ct);
            ReadDocument read = await reader.ReadAsync(pdf, output, options, ct);
            SortedDictionary<string, StoredArtifact> files = await storage.Artifacts.StoreFolderAsync(output, _ => true, ct);
            Extraction extraction = new(sha256, reader.Version, optionsKey, files.Hashes(), read.Pages, read.Figures, read.Warnings,
                time.GetUtcNow());
            await claim.CompleteAsync(async (work, token) =>
            {
                await work.RegisterArtifactsAsync(files.Values, token);
                if (stored is not null) await work.Extractions.Where(e => e.Id == stored.Id)
                    .ExecuteUpdateAsync(s => s.SetProperty(e => e.Files, extraction.Files), token);
                else work.Extractions.Add(extraction);
                (await work.RunDocuments.SingleAsync(d => d.Id == document.Id, token)).ExtractionId = stored?.Id ?? extraction.Id;
            }, fromCache: false, ct);
            string warnings = read.Warnings.Count > 0 ? $"; warning: {string.Join("; ", read.Warnings.Take(LoggedWarnings))}" : "";
            return $"{document.Path}: {read.Pages} pages, {read.Figures} figures{warnings}";
        }
        finally
        {
            if (Directory.Exists(folder)) Directory.Delete(folder, recursive: true);
        }
    }
}
