using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Orchestration;

/// <summary>The work folders of this machine.</summary>
internal sealed class WorkFolders(
    IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, IOptions<RetentionOptions> keep, TimeProvider time,
    ILogger<WorkFolders> logger)
{
    /// <summary>
    /// Removes the folders of runs that have ended: of successful ones at once; of failed and canceled ones, whose checkpoints
    /// a retry continues from, after a while.
    /// </summary>
    public async Task CleanAsync(CancellationToken ct)
    {
        string work = Path.GetDirectoryName(storage.WorkFolder(Guid.Empty))!;
        if (!Directory.Exists(work)) return;
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        DateTimeOffset before = time.GetUtcNow() - TimeSpan.FromDays(keep.Value.CheckpointDays);
        foreach (string folder in Directory.GetDirectories(work))
        {
            // Folders of runs unknown to this database may belong to another one, which cleans them.
            if (!Guid.TryParseExact(Path.GetFileName(folder), "N", out Guid run)) continue;
            if (!await db.Runs.AnyAsync(r => r.Id == run && (r.State == RunState.Succeeded
                || ((r.State == RunState.Failed || r.State == RunState.Canceled) && r.FinishedAt < before)), ct)) continue;
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException e)
            {
                JobsLog.CleaningFailed(logger, folder, e.Message);      // another worker cleans it too, or still writes its last file
            }
        }
    }
}
