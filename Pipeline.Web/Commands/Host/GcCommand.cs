using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Options;
using Pipeline.Data;
using Pipeline.Web.Commands.Runs;

namespace Pipeline.Web.Commands.Host;

/// <summary><c>gc</c>: removes what nothing refers to any more; other processes may be working.</summary>
internal static class GcCommand
{
    public static Command Create()
    {
        Option<double?> hours = new("--unused-hours")
        {
            Description =
            "Only files that nobody wrote for this long; more than a stage takes (Retention:UnusedHours, 24)"
        };
        Option<double?> days = new("--logs-days") { Description = "How long log lines are kept (Retention:LogDays, 30)" };
        Option<string> data = CommonOptions.Data();
        Command command = new("gc",
            "Remove what is past its time: stored files that nothing refers to, leftovers of killed processes, old log lines, checkpoints "
            + "and page rasters") { hours, days, data };
        command.SetAction((parsed, stopping) => StoredWork.WithServicesAsync(parsed.GetValue(data)!, async services =>
        {
            RetentionOptions keep = services.GetRequiredService<IOptions<RetentionOptions>>().Value;
            keep = keep with { UnusedHours = parsed.GetValue(hours) ?? keep.UnusedHours, LogDays = parsed.GetValue(days) ?? keep.LogDays };
            Collected removed = await services.GetRequiredService<Housekeeping>().CollectAsync(keep, stopping);
            parsed.InvocationConfiguration.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"removed {removed.Artifacts} stored files ({removed.Bytes / 1048576.0:F1} MiB), {removed.Leftovers} leftovers, "
                + $"{removed.LogLines} log lines, {removed.Rasters} page rasters, {removed.Checkpoints} checkpoints"));
        }, stopping));
        return command;
    }
}
