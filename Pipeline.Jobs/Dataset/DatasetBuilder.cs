using Pipeline.Jobs.Extract.Blocks;
using Pipeline.Models;
using Pipeline.Models.Datasets;

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

    /// <summary>A user's alpaca or sharegpt file as a dataset folder; equal questions stay on one side of the split.</summary>
    /// <param name="file">JSON array or JSON Lines.</param>
    /// <param name="options">Split and seed.</param>
    /// <param name="outDir">Folder to write.</param>
    /// <param name="ct">Stops before the next file is written.</param>
    /// <exception cref="InputException">The file cannot be read; names line and field.</exception>
    public static async Task<DatasetResult> ImportAsync(string file, DatasetOptions options, string outDir, CancellationToken ct)
    {
        List<SourcedExample> examples = InstructionDataset.Load(file)
            .DistinctBy(e => (e.System, e.Question, e.Output, string.Join('\n', e.History)))
            .Select(e => new SourcedExample(e, null)).ToList();
        if (examples.Count == 0)
            throw new InputException($"{file}: no example in this file; expected rows with instruction, input, output or conversations");
        return await WriteAsync(examples, e => ExampleBuilder.Normalised(e.Example.Question), options, outDir, ct);
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
