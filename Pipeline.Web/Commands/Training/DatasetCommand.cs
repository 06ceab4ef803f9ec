using System.CommandLine;
using Pipeline.Jobs;
using Pipeline.Jobs.Dataset;
using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Extract;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Models;
using Pipeline.Web.Commands.Datasets;
using Pipeline.Web.Commands.Documents;

namespace Pipeline.Web.Commands.Training;

/// <summary><c>dataset …</c>: datasets as folders, and those in the database.</summary>
internal static class DatasetCommand
{
    private const int ShownRows = 20; // skipped rows that are named; all are counted

    public static Command Create() => new("dataset", "Make, convert, review and compare training datasets")
    {
        CreateBuild(),
        CreateImport(),
        DatasetTokensCommand.Create(),
        DatasetExportCommand.Create(),
        DatasetReviewCommand.Create(),
        DatasetDiffCommand.Create(),
        DatasetReportCommand.Create(),
    };

    private static Command CreateBuild()
    {
        Argument<string> path = new("PATH") { Description = "A folder that `extract` wrote, or PDFs, which are extracted first" };
        (Option<string> output, Option<double> fraction, Option<int> seed) = SplitOptions();
        Option<string> model = new("--model")
        {
            Description = "Model folder whose tokenizer counts",
            HelpName = "DIR",
            DefaultValueFactory = _ => new RunOptions().BaseModel,
        };
        Command command = new("build", "Rows about the facts of documents, each fact with wordings that are never trained")
        {
            path, output, fraction, seed, model,
        };
        command.SetAction(async (parsed, ct) =>
        {
            IReadOnlyList<ExtractedDocument> documents = await DocumentsAsync(parsed.GetRequiredValue(path), ct);
            DatasetResult result = await DatasetBuilder.BuildAsync(
                documents,
                new RunOptions
                {
                    BaseModel = parsed.GetRequiredValue(model),
                    Dataset = Options(parsed.GetValue(fraction), parsed.GetValue(seed)),
                }, parsed.GetRequiredValue(output), ct);
            return Report(result, parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    private static Command CreateImport()
    {
        Argument<string> file = new("PATH")
        {
            Description = "A file or folder: alpaca, sharegpt, messages, CSV, TSV, Parquet or text, also packed with gzip",
        };
        Option<bool> strict = new("--strict") { Description = "Stop at the first row that cannot be used, instead of skipping it" };
        Option<string?> encoding = new("--encoding")
        {
            Description = "Encoding of the files where it is not recognised, for instance windows-1252",
            HelpName = "NAME",
        };
        (Option<string> output, Option<double> fraction, Option<int> seed) = SplitOptions();
        Command command = new("import", "Check and split files of your own") { file, output, fraction, seed, strict, encoding };
        command.SetAction(async (parsed, ct) =>
        {
            DatasetResult result = await DatasetBuilder.ImportAsync(
                parsed.GetRequiredValue(file), Options(parsed.GetValue(fraction), parsed.GetValue(seed)), parsed.GetRequiredValue(output),
                ct, new ImportOptions { Strict = parsed.GetValue(strict), Encoding = parsed.GetValue(encoding) });
            TextWriter error = parsed.InvocationConfiguration.Error;
            foreach (SkippedRow row in result.Skipped.Take(ShownRows)) error.WriteLine($"skipped: {row}");
            if (result.Skipped.Count > ShownRows) error.WriteLine($"skipped: {result.Skipped.Count} rows in all");
            if (result.Duplicates > 0) error.WriteLine($"{result.Duplicates} rows were there already");
            foreach (string warning in result.Warnings) error.WriteLine($"warning: {warning}");
            return Report(result, parsed.InvocationConfiguration.Output);
        });
        return command;
    }

    private static (Option<string> Output, Option<double> Fraction, Option<int> Seed) SplitOptions() => (
        new Option<string>("--out") { Description = "Folder for train.jsonl, eval.jsonl, dataset_info.json", Required = true },
        new Option<double>("--eval-fraction")
        {
            Description = "Share of examples held out",
            DefaultValueFactory = _ =>
            new DatasetOptions().EvalFraction
        },
        new Option<int>("--seed") { Description = "Decides what is held out", DefaultValueFactory = _ => new DatasetOptions().Seed });

    private static DatasetOptions Options(double fraction, int seed) => fraction is >= 0 and <= 0.5
        ? new DatasetOptions { EvalFraction = fraction, Seed = seed }
        : throw new InputException($"--eval-fraction {fraction}: expected 0 to 0.5");

    private static async Task<IReadOnlyList<ExtractedDocument>> DocumentsAsync(string path, CancellationToken ct)
    {
        if (Directory.Exists(path))
        {
            string[] extracted = Directory.EnumerateFiles(path, ExtractionResult.JsonFile, SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal).ToArray();
            if (extracted.Length > 0)
                return extracted.Select(ExtractedDocument.Load).ToList();
        }
        using DocumentExtractor extractor = new();
        string scratch = Directory.CreateTempSubdirectory("pipeline-extract-").FullName;
        try
        {
            List<ExtractedDocument> documents = new();
            foreach ((string pdf, string stem) in PdfPaths.Find(path))
                documents.Add((await extractor.ExtractAsync(pdf, Path.Combine(scratch, stem), new ExtractionOptions(), ct)).Document);
            return documents;
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static int Report(DatasetResult result, TextWriter output)
    {
        string kinds = string.Join(", ", result.ByType.Select(s => $"{s.Value} {s.Key}"));
        output.WriteLine($"{result.Train} train and {result.Eval} eval examples ({kinds}) in {result.Folder}");
        return ExitCodes.Success;
    }
}
