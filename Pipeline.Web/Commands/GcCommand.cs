using System.CommandLine;
using System.Globalization;
using Pipeline.Data;
using Pipeline.Web.Hosting;

namespace Pipeline.Web.Commands;

/// <summary><c>gc</c>: removes what nothing refers to any more, beside whatever processes work.</summary>
internal static class GcCommand
{
    public static Command Create()
    {
        var hours = new Option<double>("--unused-hours") { Description = "Only files that nobody wrote for this long; more than a stage takes", DefaultValueFactory = _ => 24 };
        var days = new Option<double>("--logs-days") { Description = "How long log lines are kept", DefaultValueFactory = _ => 30 };
        var data = CommonOptions.Data();
        var command = new Command("gc", "Remove stored files that nothing refers to, leftovers of killed processes, and old log lines") { hours, days, data };
        command.SetAction(async (parsed, stopping) =>
        {
            ServerSettings settings = new() { Role = ServerRole.Worker, DataFolder = parsed.GetValue(data)! };
            await using PipelineStorage storage = await PipelineStorage.OpenAsync(HostSettings.StorageOf(settings), stopping);
            using IHost host = WorkerServer.BuildQuiet(settings, storage);
            Collected removed = await host.Services.GetRequiredService<Housekeeping>()
                .CollectAsync(TimeSpan.FromHours(parsed.GetValue(hours)), TimeSpan.FromDays(parsed.GetValue(days)), stopping);
            parsed.InvocationConfiguration.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"removed {removed.Artifacts} stored files ({removed.Bytes / 1048576.0:F1} MiB), {removed.Leftovers} leftovers, {removed.LogLines} log lines"));
            return ExitCodes.Success;
        });
        return command;
    }
}
