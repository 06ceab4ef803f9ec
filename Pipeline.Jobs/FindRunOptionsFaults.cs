using Mediator;
using Pipeline.Models;

namespace Pipeline.Jobs;

/// <summary>All faults of run options, for callers that reject a request for another reason too.</summary>
/// <param name="Options">The options.</param>
public sealed record FindRunOptionsFaults(RunOptions Options) : IRequest<IReadOnlyList<SettingFault>>;

internal sealed class FindRunOptionsFaultsHandler(RunOptionsChecks checks) : IRequestHandler<FindRunOptionsFaults,
    IReadOnlyList<SettingFault>>
{
    public async ValueTask<IReadOnlyList<SettingFault>> Handle(FindRunOptionsFaults request, CancellationToken cancellationToken) =>
        await checks.FindAsync(request.Options, cancellationToken);
}
