using Mediator;
using Pipeline.Data;
using Pipeline.Web.Hosting;

namespace Pipeline.Web.Commands.Runs;

/// <summary>For commands that inspect or change a data folder while other processes may be working on it.</summary>
internal static class StoredWork
{
    public static Task<int> WithAsync(string dataFolder, Func<ISender, Task> action, CancellationToken ct) =>
        WithServicesAsync(dataFolder, services => action(services.GetRequiredService<ISender>()), ct);

    public static async Task<int> WithServicesAsync(string dataFolder, Func<IServiceProvider, Task> action, CancellationToken ct)
    {
        ServerSettings settings = new() { Role = ServerRole.Worker, DataFolder = dataFolder };
        await using PipelineStorage storage = await PipelineStorage.OpenAsync(HostSettings.StorageOf(settings), ct);
        using IHost host = WorkerServer.BuildQuiet(settings, storage);      // not started: others do the work
        await action(host.Services);
        return ExitCodes.Success;
    }
}
