using System.CommandLine;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Dataset.Versions;

namespace Pipeline.Web.Commands.Datasets;

/// <summary><c>dataset report</c>: where everything went that went into a dataset.</summary>
internal static class DatasetReportCommand
{
    public static Command Create()
    {
        Argument<string> dataset = new("DATASET") { Description = StoredDataset.Description };
        Option<bool> json = new("--json") { Description = "One JSON object instead" };
        Option<string> data = CommonOptions.Data();
        Command command = new("report", "The funnel of a dataset: what was kept and what was left out, with reasons")
        {
            dataset, json, data,
        };
        command.SetAction(async (parsed, ct) =>
        {
            string name = parsed.GetRequiredValue(dataset);
            Funnel funnel = StoredDataset.IdOf(name) is { } id
                ? await StoredDataset.AskAsync(parsed.GetValue(data)!, id, sender => sender.Send(new GetFunnel(id), ct), ct)
                : File.Exists(Path.Combine(name, DatasetFolder.FunnelFile)) ? DatasetFolder.ReadFunnel(name)
                : RowCounts.Into(new Funnel(), (await DatasetImport.ReadAsync(name, new ImportOptions(), ct)).Rows);
            parsed.InvocationConfiguration.Output.WriteLine(parsed.GetValue(json) ? RowJson.Write(funnel)
                : FunnelText.Of(funnel).TrimEnd('\n'));
            return ExitCodes.Success;
        });
        return command;
    }
}
