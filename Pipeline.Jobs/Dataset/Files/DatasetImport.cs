using System.Text.Json;
using Pipeline.Jobs.Dataset.Rows;
using Pipeline.Models;
using Pipeline.Models.Datasets;

namespace Pipeline.Jobs.Dataset.Files;

/// <summary>
/// Reads the files that users have: alpaca, sharegpt, OpenAI's messages, prompt and completion, question and answer, CSV and TSV,
/// Parquet, text, as arrays or lines, packed with gzip, in several encodings, alone or in folders with or without
/// <c>dataset_info.json</c>. Datasets that this product wrote are read with everything that is known of their rows.
/// </summary>
public static class DatasetImport
{
    private const int LongestText = 20_000;     // characters of one row of text; longer ones are divided between paragraphs

    private static readonly string[] Kinds = [".json", ".jsonl", ".csv", ".tsv", ".parquet", ".txt", ".md"];

    /// <summary>All rows of a file or folder.</summary>
    /// <param name="path">File or folder.</param>
    /// <param name="options">How it is read.</param>
    /// <param name="ct">Stops between files.</param>
    /// <exception cref="InputException">Nothing can be read, or with <see cref="ImportOptions.Strict"/> a row cannot.</exception>
    public static async Task<ImportedRows> ReadAsync(string path, ImportOptions options, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(options);
        if (File.Exists(Path.Combine(path, DatasetFolder.RowsFile)))
            return new ImportedRows(DatasetFolder.ReadRows(path), [], []);
        List<Row> rows = new();
        List<SkippedRow> skipped = new();
        foreach ((string file, JsonElement? entry, bool isHeld) in Files(path, options))
        {
            ct.ThrowIfCancellationRequested();
            UserRows read = await ReadFileAsync(file, entry, options, ct);
            int most = entry is { } given && given.TryGetProperty("num_samples", out JsonElement samples)
                && samples.TryGetInt32(out int count) ? count : int.MaxValue;
            rows.AddRange(read.Rows.Take(most).Select(row => ImportedRow.Of(row, options.LanguageOf))
                .Select(row => isHeld && row.State != RowState.Rejected ? row with { Split = RowSplit.Eval } : row));
            skipped.AddRange(read.Skipped.Select(row => new SkippedRow(file, row.Number, row.Line, row.Reason)));
        }
        if (rows.Count == 0)
            throw new InputException($"{path}: no example in it; expected rows with instruction and output, messages, or text"
                + (skipped.Count == 0 ? "" : $". The first of {skipped.Count} rows that cannot be used: {skipped[0]}"));
        return new ImportedRows(rows, skipped, [.. Warnings(rows)]);
    }

    private static IEnumerable<string> Warnings(List<Row> rows)
    {
        int empty = rows.Count(row => row.Type != RowType.Preference && row.Answer.Trim().Length == 0);
        if (empty > 0) yield return $"{empty} of {rows.Count} rows have an empty answer: they teach to say nothing";
        foreach ((RowKind kind, string what) in ((RowKind, string)[])[(RowKind.Pair, "pairs of preference"),
            (RowKind.Marked, "answers marked as wanted or not"), (RowKind.Image, "questions about pictures"),
            (RowKind.Tools, "conversations with tools")])
        {
            int count = rows.Count(row => RowShape.KindOf(row) == kind);
            if (count > 0)
                yield return $"{count} of {rows.Count} rows are {what}: they are kept and exported, and the built-in trainer does not "
                    + "train them";
        }
    }

    private static async Task<UserRows> ReadFileAsync(string file, JsonElement? entry, ImportOptions options, CancellationToken ct) =>
        UserFile.KindOf(file) switch
        {
            ".txt" or ".md" => ReadText(file, options),
            ".parquet" => UserFile.Read(file, await ParquetRows.ReadAsync(file, ct), options.Strict, entry),
            _ => UserFile.Read(file, options.Strict, options.Encoding, entry),
        };

    private static UserRows ReadText(string file, ImportOptions options)
    {
        string text = UserFile.ReadText(file, options.Encoding);
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new InputException($"{file}: holds bytes of zero, so it is no text; name a file of text");
        string[] parts = [.. text.Replace("\r\n", "\n").Replace('\r', '\n').Split(TextParts.Separator)
            .SelectMany(part => TextParts.Divide(part, LongestText))];
        return new UserRows([.. parts.Select((part, i) => new UserRow(i + 1) { Text = part })], []);
    }

    private static IEnumerable<(string File, JsonElement? Entry, bool IsHeld)> Files(string path, ImportOptions options)
    {
        if (File.Exists(path)) return [(path, null, false)];
        if (!Directory.Exists(path)) throw new InputException($"{path}: not found; name a file or folder of examples");
        string info = Path.Combine(path, DatasetFiles.Info);
        return File.Exists(info) ? Named(path, info, options) : Inside(path, null, false);
    }

    private static List<(string File, JsonElement? Entry, bool IsHeld)> Named(string folder, string info, ImportOptions options)
    {
        JsonElement all;
        try
        {
            using JsonDocument json = JsonDocument.Parse(File.ReadAllBytes(info));
            all = json.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new InputException($"{info}: line {e.LineNumber + 1}: not JSON: {e.Message}", e);
        }
        if (all.ValueKind != JsonValueKind.Object) throw new InputException($"{info}: must be an object of datasets by name");
        string[] missing = [.. options.Datasets.Where(name => !all.TryGetProperty(name, out _))];
        if (missing.Length > 0)
            throw new InputException($"{info}: has no dataset '{missing[0]}'; it has "
                + string.Join(", ", all.EnumerateObject().Select(property => property.Name)));
        List<(string File, JsonElement? Entry, bool IsHeld)> files = new();
        foreach (JsonProperty dataset in all.EnumerateObject())
        {
            if (options.Datasets.Count > 0 && !options.Datasets.Contains(dataset.Name)) continue;
            if (dataset.Value.ValueKind != JsonValueKind.Object || !dataset.Value.TryGetProperty("file_name", out JsonElement name)
                || name.ValueKind != JsonValueKind.String)
                throw new InputException($"{info}: {dataset.Name}: has no file_name; only local files are read");
            string file = Path.GetFullPath(Path.Combine(folder, name.GetString()!));
            if (!file.StartsWith(Path.GetFullPath(folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal))
                throw new InputException($"{info}: {dataset.Name}: file_name '{name}' leads out of the folder");
            // Beside a set to train on, a set of these names is the one that it is measured by.
            bool isHeld = dataset.Name is DatasetFiles.Eval or "validation" && all.TryGetProperty(DatasetFiles.Train, out _);
            files.AddRange(Directory.Exists(file) ? Inside(file, dataset.Value, isHeld) : [(file, dataset.Value, isHeld)]);
        }
        return files;
    }

    private static List<(string File, JsonElement? Entry, bool IsHeld)> Inside(string folder, JsonElement? entry, bool isHeld)
    {
        string[] files = [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
            .Where(file => Kinds.Contains(UserFile.KindOf(file)) && !file.EndsWith(".provenance.jsonl", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)];
        return files.Length > 0 ? [.. files.Select(file => (file, entry, isHeld))]
            : throw new InputException($"{folder}: holds no file of examples; read are {string.Join(", ", Kinds)}, also with .gz");
    }
}
