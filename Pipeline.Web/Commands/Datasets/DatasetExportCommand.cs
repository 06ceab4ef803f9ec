using System.CommandLine;
using Pipeline.Jobs.Dataset.Files;

namespace Pipeline.Web.Commands.Datasets;

/// <summary><c>dataset export</c>: a dataset in the formats of other programs.</summary>
internal static class DatasetExportCommand
{
    public static Command Create()
    {
        Argument<string> dataset = new("DATASET") { Description = StoredDataset.Description };
        Option<string> format = new("--format")
        {
            Description = "alpaca, sharegpt, messages, csv, parquet or text",
            DefaultValueFactory = _ => "alpaca",
        };
        Option<string> output = new("--out")
        {
            Description = "A file, or without an extension a folder with a file for each kind of row and dataset_info.json",
            HelpName = "PATH",
            Required = true,
        };
        Option<string> split = new("--split") { Description = "train, eval, exam or all", DefaultValueFactory = _ => "all" };
        Option<bool> rejected = new("--rejected") { Description = "Rejected rows too" };
        Option<bool> provenance = new("--provenance") { Description = "With columns for hash, type, fact, document, page and more" };
        Option<string> data = CommonOptions.Data();
        Command command = new("export", "Write a dataset as alpaca, sharegpt, messages, CSV, Parquet or text")
        {
            dataset, format, output, split, rejected, provenance, data,
        };
        command.SetAction(async (parsed, ct) =>
        {
            ExportOptions options = ExportOptions.Parse(parsed.GetValue(format), parsed.GetValue(split), parsed.GetValue(rejected),
                parsed.GetValue(provenance));
            ExportResult result = await DatasetExport.WriteAsync(
                await StoredDataset.RowsAsync(parsed.GetRequiredValue(dataset), parsed.GetValue(data)!, ct), options,
                parsed.GetRequiredValue(output), ct);
            string leftOut = result.LeftOut == 0 ? ""
                : $"; {result.LeftOut} rows that {parsed.GetValue(format)} has no columns for are left out";
            parsed.InvocationConfiguration.Output.WriteLine($"{result.Rows} rows in {string.Join(", ", result.Files)}{leftOut}");
            return ExitCodes.Success;
        });
        return command;
    }
}
