using Pipeline.Jobs.Dataset.Writing;
using Pipeline.Jobs.Dataset.Writing.Endpoints;
using Pipeline.Models;

namespace Pipeline.Jobs.Evaluate;

/// <summary>Rejects a judge that the operator does not know.</summary>
internal sealed class JudgeCheck(EndpointCatalog endpoints) : IRunOptionsCheck
{
    public Task<IReadOnlyList<SettingFault>> FindAsync(RunOptions options, CancellationToken ct) =>
        Task.FromResult(options.Evaluation.Judge == WritingOptions.Base
            ? [new SettingFault(RunOptionsSchema.NameOf(o => o.Evaluation.Judge),
                "the base model does not judge itself; name an endpoint, or leave it out")]
            : endpoints.FaultsOf(options.Evaluation.Judge, RunOptionsSchema.NameOf(o => o.Evaluation.Judge)));
}
