using Mediator;
using Microsoft.EntityFrameworkCore;
using Pipeline.Data;

namespace Pipeline.Jobs.Runs.Results;

/// <summary>The examination of an evaluation, whole, as JSON; null where there is none.</summary>
/// <param name="Id">The evaluation.</param>
public sealed record GetExamination(Guid Id) : IRequest<string?>;

internal sealed class GetExaminationHandler(IDbContextFactory<PipelineDbContext> contexts) : IRequestHandler<GetExamination, string?>
{
    public async ValueTask<string?> Handle(GetExamination request, CancellationToken cancellationToken)
    {
        await using PipelineDbContext db = await contexts.CreateDbContextAsync(cancellationToken);
        return await db.Evaluations.Where(e => e.Id == request.Id).Select(e => e.Examination).SingleOrDefaultAsync(cancellationToken);
    }
}
