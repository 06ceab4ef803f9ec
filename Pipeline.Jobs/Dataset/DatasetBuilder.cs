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
        return Result(outDir, finished.Rows);
    }

    /// <summary>A user's own file as a dataset folder; equal questions stay on one side of the split.</summary>
    /// <param name="file">In any format that is imported.</param>
    /// <param name="options">Split and seed.</param>
    /// <param name="outDir">Folder to write.</param>
    /// <param name="ct">Stops before the next file is written.</param>
    /// <exception cref="InputException">The file cannot be read, or holds no row.</exception>
    public static async Task<DatasetResult> ImportAsync(string file, DatasetOptions options, string outDir, CancellationToken ct)
    {
        LanguageDetector languages = new();
        ImportedRows read = await DatasetImport.ReadAsync(file, new ImportOptions { LanguageOf = languages.Of }, ct);
        IReadOnlyList<Row> rows = ImportSplit.Divide(ImportSplit.Once(read.Rows), options.EvalFraction, options.Seed);
        await DatasetFolder.WriteAsync(outDir, rows, RowCounts.Into(new Funnel(), rows), new DatasetWriteOptions(), ct);
        return Result(outDir, rows);
    }

    private static DatasetResult Result(string folder, IReadOnlyList<Row> rows)
    {
        Row[] kept = [.. rows.Where(row => row.State != RowState.Rejected)];
        return new DatasetResult(Path.GetFullPath(folder), kept.Count(row => row.Split == RowSplit.Train),
            kept.Count(row => row.Split == RowSplit.Eval), kept.GroupBy(row => RowColumns.Name(row.Type))
                .OrderBy(type => type.Key, StringComparer.Ordinal).ToDictionary(type => type.Key, type => type.Count()));
    }
}
