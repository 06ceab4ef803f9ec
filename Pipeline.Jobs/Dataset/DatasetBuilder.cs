using Pipeline.Jobs.Dataset.Files;
using Pipeline.Jobs.Dataset.Languages;
using Pipeline.Jobs.Dataset.Phrasing;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Models;

namespace Pipeline.Jobs.Dataset;

/// <summary>Builds dataset folders from extracted documents and from users' own files, without a database and a language model.</summary>
public static class DatasetBuilder
{
    /// <summary>
    /// Rows about the facts of documents, and their clean text; divided so that of each fact some wordings are never trained. Figure
    /// descriptions are used where documents have them (<see cref="ExtractedDocument.WithDescriptions"/>).
    /// </summary>
    /// <param name="documents">The documents; their order does not matter.</param>
    /// <param name="options">Section <c>dataset</c>, and the base model, whose tokenizer counts.</param>
    /// <param name="outDir">Folder to write; files of an earlier dataset are replaced.</param>
    /// <param name="ct">Stops before the next file is written.</param>
    /// <exception cref="InputException">The documents yield nothing to learn.</exception>
    public static async Task<DatasetResult> BuildAsync(
        IReadOnlyList<ExtractedDocument> documents, RunOptions options, string outDir, CancellationToken ct)
    {
        DatasetRules rules = new(new LanguageDetector(), Phrasebook.Load());
        FinishedDataset finished = await Task.Run(() =>
        {
            (IReadOnlyList<Chunk> chunks, Cleaned cleaned) = rules.Clean(documents, options, ct);
            return WrittenDataset.Write(rules, chunks, cleaned, [], options, ct).Finish(rules, options, null, [], 0);
        }, ct);
        if (finished.Count(RowSplit.Train) == 0) throw new InputException(finished.Nothing());
        await DatasetFolder.WriteAsync(outDir, finished.Rows, finished.Funnel, finished.Options, ct);
        return Result(outDir, finished.Funnel);
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
        ImportedRows read = await DatasetImport.ReadAsync(path, import ?? new ImportOptions { LanguageOf = new LanguageDetector().Of }, ct);
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
        return Result(outDir, funnel) with
        {
            Skipped = read.Skipped,
            Warnings = read.Warnings,
            Duplicates = funnel.Rejected.GetValueOrDefault(Reasons.Duplicate),
        };
    }

    private static DatasetResult Result(string folder, Funnel funnel) => new(Path.GetFullPath(folder),
        funnel.Kept.GetValueOrDefault("train"), funnel.Kept.GetValueOrDefault("eval"), funnel.Types);
}
