using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;

namespace Pipeline.Jobs.Ingest;

/// <summary>The unfinished run over a folder with exactly these settings, or null: what a killed command left to be resumed.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Options">All settings of the run.</param>
public sealed record ResumeFolder(string Folder, RunOptions Options) : IRequest<RunAccepted?>;

internal sealed class ResumeFolderHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<ResumeFolder, RunAccepted?>
{
    public async ValueTask<RunAccepted?> Handle(ResumeFolder request, CancellationToken cancellationToken)
    {
        string folder = Path.GetFullPath(request.Folder), configuration = RunOptionsJson.Write(request.Options.WithAbsoluteModels());
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.UnfinishedRunAsync(folder, configuration, cancellationToken) is { } found ? new RunAccepted(found) : null;
    }
}
