using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;
using Pipeline.Data.Entities;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>Files of a run's report, name to artifact hash; empty before there is one, null for an unknown run.</summary>
/// <param name="RunId">The run.</param>
public sealed record GetReportFiles(Guid RunId) : IRequest<IReadOnlyDictionary<string, string>?>;

internal sealed class GetReportFilesHandler(IDbContextFactory<PipelineDbContext> contexts)
    : IRequestHandler<GetReportFiles, IReadOnlyDictionary<string, string>?>
{
    public async ValueTask<IReadOnlyDictionary<string, string>?> Handle(GetReportFiles request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        Run? run = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == request.RunId, cancellationToken);
        return run?.ReportFiles;
    }
}
