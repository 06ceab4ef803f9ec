using Pipeline.Jobs.Dataset.Writing.Endpoints;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset;

/// <summary>Rejects endpoints that the operator does not know, and files outside the folder of the run.</summary>
internal sealed class DatasetCheck(EndpointCatalog endpoints) : IRunOptionsCheck
{
    public Task<IReadOnlyList<SettingFault>> FindAsync(RunOptions options, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<SettingFault>>([
            .. endpoints.FaultsOf(options.Dataset.Writing.Endpoint, RunOptionsSchema.NameOf(o => o.Dataset.Writing.Endpoint)),
            .. RunFiles.NameFaults(options)]);
}
