using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;

namespace Pipeline.Jobs.Ingest;

/// <summary>The unfinished run over a folder with exactly these settings, or null: what a killed command left to go on with.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Options">All settings of the run.</param>
public sealed record ResumeFolder(string Folder, RunOptions Options) : IRequest<RunAccepted?>;

internal sealed class ResumeFolderHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<ResumeFolder, RunAccepted?>
{
    public async ValueTask<RunAccepted?> Handle(ResumeFolder request, CancellationToken cancellationToken)
    {
        string folder = Path.GetFullPath(request.Folder), configuration = RunOptionsJson.Write(request.Options.WithAbsoluteModels());
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Guid found = await db.Runs.FromSql($"""
            SELECT * FROM runs WHERE source_folder = {folder} AND configuration = {configuration}::jsonb AND state IN ('Pending', 'Running')
            """).OrderByDescending(r => r.CreatedAt).Select(r => r.Id).FirstOrDefaultAsync(cancellationToken);
        return found == Guid.Empty ? null : new RunAccepted(found);
    }
}
