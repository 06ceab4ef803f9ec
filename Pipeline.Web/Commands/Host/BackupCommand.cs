using System.CommandLine;
using Pipeline.Data;
using Pipeline.Data.Postgres;
using Pipeline.Web.Hosting;

namespace Pipeline.Web.Commands.Host;

/// <summary><c>backup DIR</c> and <c>restore DIR</c>: database and files together.</summary>
internal static class BackupCommand
{
    public static Command Create()
    {
        Argument<string> target = new("DIR") { Description = "Folder to make" };
        Option<string> data = CommonOptions.Data();
        Command command = new("backup", "Write database and files to a folder; work may go on meanwhile") { target, data };
        command.SetAction(async (parsed, stopping) =>
        {
            ServerSettings settings = new() { Role = ServerRole.Worker, DataFolder = parsed.GetValue(data)! };
            await using PipelineStorage storage = await PipelineStorage.OpenAsync(HostSettings.StorageOf(settings), stopping);
            await storage.BackUpAsync(parsed.GetRequiredValue(target), stopping);
            parsed.InvocationConfiguration.Output.WriteLine($"backed up to {Path.GetFullPath(parsed.GetRequiredValue(target))}");
            return ExitCodes.Success;
        });
        return command;
    }

    public static Command CreateRestore()
    {
        Argument<string> source = new("DIR") { Description = "Folder that 'backup' wrote" };
        Option<string> data = CommonOptions.Data();
        Command command = new("restore",
            "Fill a new data folder (or the empty database of ConnectionStrings__Pipeline) from a backup") { source, data };
        command.SetAction(async (parsed, stopping) =>
        {
            ServerSettings settings = new() { Role = ServerRole.Worker, DataFolder = parsed.GetValue(data)! };
            await Backup.RestoreAsync(parsed.GetRequiredValue(source), HostSettings.StorageOf(settings), stopping);
            parsed.InvocationConfiguration.Output.WriteLine(
                $"restored into {Path.GetFullPath(parsed.GetValue(data)!)}; what was at work goes on when workers start");
            return ExitCodes.Success;
        });
        return command;
    }
}
