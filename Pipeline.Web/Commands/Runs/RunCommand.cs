using System.CommandLine;
using Pipeline.Jobs;
using Pipeline.Web.Runs;

namespace Pipeline.Web.Commands.Runs;

/// <summary><c>run FOLDER</c>: one run over a folder, worked on by this process, then its summary.</summary>
internal static class RunCommand
{
    public static Command Create()
    {
        Argument<string> folder = new("FOLDER") { Description = "Folder that holds the PDFs; subfolders included" };
        Option<string?> config = new("--config") { Description = "Settings of the run, YAML or JSON", HelpName = "FILE" };
        Option<bool> retrain = new("--retrain") { Description = "Train even when an equal training is stored" };
        Option<bool> json = new("--json") { Description = "End with one JSON object on the last line; progress goes to standard error" };
        Option<string> data = CommonOptions.Data();
        Command command = new("run", "From a folder of PDFs to a published adapter") { folder, config, data, retrain, json };
        command.SetAction((parsed, stopping) =>
        {
            string? file = parsed.GetValue(config);
            RunOptions options = file is null ? new RunOptions() : RunOptionsFile.Load(file);
            options = options with { Retrain = options.Retrain || parsed.GetValue(retrain) };
            return LocalRun.ExecuteAsync(
                new LocalRunOrder(parsed.GetRequiredValue(folder), options, parsed.GetValue(data)!, parsed.GetValue(json), file),
                parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error, stopping);
        });
        return command;
    }
}
