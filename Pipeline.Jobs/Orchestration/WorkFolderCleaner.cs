using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Orchestration;

/// <summary>Removes, when a worker starts, the work folders of runs that have ended: failed and canceled ones leave theirs behind.</summary>
internal sealed class WorkFolderCleaner(IDbContextFactory<PipelineDbContext> contexts, PipelineStorage storage, ILogger<WorkFolderCleaner> logger) : StartupTask(logger)
{
    protected override async Task RunAsync(CancellationToken ct)
    {
        string work = Path.GetDirectoryName(storage.WorkFolder(Guid.Empty))!;
        if (!Directory.Exists(work)) return;
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(ct);
        foreach (string folder in Directory.GetDirectories(work))
        {
            // Folders of runs this database does not know may belong to another one: theirs to clean.
            if (!Guid.TryParseExact(Path.GetFileName(folder), "N", out Guid run)) continue;
            if (!await db.Runs.AnyAsync(r => r.Id == run && r.State != RunState.Pending && r.State != RunState.Running && r.State != RunState.Paused, ct)) continue;
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
