using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset;

/// <summary>Builds dataset folders from extracted documents and from users' own files.</summary>
public static class DatasetBuilder
{
    /// <summary>
    /// Examples from sections, definitions, tables and figures, divided into train and eval by document section. Figure
    /// descriptions are used where documents have them (<see cref="ExtractedDocument.WithDescriptions"/>).
    /// </summary>
    /// <param name="documents">The documents; their order does not matter.</param>
    /// <param name="options">Limits, split and seed.</param>
    /// <param name="outDir">Folder to write; files of an earlier dataset are replaced.</param>
    /// <param name="ct">Stops before the next file is written.</param>
    /// <exception cref="InputException">The documents yield no example.</exception>
    public static async Task<DatasetResult> BuildAsync(
        IReadOnlyList<ExtractedDocument> documents, DatasetOptions options, string outDir, CancellationToken ct)
    {
        List<SourcedExample> examples = ExampleBuilder.Build(documents, options);
        if (examples.Count == 0)
            throw new InputException(
                $"{documents.Count} documents gave no training example: they hold no text of {options.MinAnswerCharacters} characters or "
                + $"more, "
                + "no table and no described figure; add documents with text, or caption the figures first");
        return await WriteAsync(examples, e => $"{e.Source!.DocumentSha256}|{e.Source.Section}", options, outDir, ct);
    }

    /// <summary>
    /// A user's file or folder as a dataset folder. Equal questions, and those about one passage, stay on one side of the split; equal
    /// rows are kept once. Texts, preferences, pictures and tools are not divided.
    /// </summary>
    /// <param name="path">File or folder, in any format of <see cref="DatasetImport"/>.</param>
    /// <param name="options">Split and seed.</param>
    /// <param name="outDir">Folder to write.</param>
    /// <param name="ct">Stops before the next file is written.</param>
    /// <param name="import">How the files are read; null as usual.</param>
    /// <exception cref="InputException">Nothing can be read; names line and field.</exception>
    public static async Task<DatasetResult> ImportAsync(string path, DatasetOptions options, string outDir, CancellationToken ct,
        ImportOptions? import = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ImportedRows read = await DatasetImport.ReadAsync(path, import ?? new ImportOptions(), ct);
        IReadOnlyList<Row> rows = ImportSplit.Divide(ImportSplit.Once(read.Rows), options.EvalFraction, options.Seed);
        Funnel funnel = RowCounts.Into(new Funnel(), rows);
        if (read.Skipped.Count > 0)
            funnel = funnel with
            {
                Rows = funnel.Rows + read.Skipped.Count,
                Rejected = new Dictionary<string, int>(funnel.Rejected)
                {
                    [Reasons.Unparsable] = funnel.Rejected.GetValueOrDefault(Reasons.Unparsable) + read.Skipped.Count,
                },
            };
        await DatasetFolder.WriteAsync(outDir, rows, funnel, new DatasetWriteOptions(), ct);
        return new DatasetResult(Path.GetFullPath(outDir), funnel.Kept.GetValueOrDefault("train"), funnel.Kept.GetValueOrDefault("eval"),
            funnel.Types)
        {
            Skipped = read.Skipped,
            Warnings = read.Warnings,
            Duplicates = funnel.Rejected.GetValueOrDefault(Reasons.Duplicate),
        };
    }

    private static async Task<DatasetResult> WriteAsync(
        List<SourcedExample> examples, Func<SourcedExample, string> groupOf, DatasetOptions options, string outDir, CancellationToken ct)
    {
        (List<SourcedExample> train, List<SourcedExample> eval) = DatasetSplit.Divide(examples, groupOf, options.EvalFraction,
            options.Seed);
        await AlpacaFile.WriteFolderAsync(outDir, train, eval, ct);
        Dictionary<string, int> byStrategy = train.Concat(eval).GroupBy(e => e.Source?.Strategy ?? "imported")
            .OrderBy(g => g.Key, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count());
        return new DatasetResult(Path.GetFullPath(outDir), train.Count, eval.Count, byStrategy);
    }
}
