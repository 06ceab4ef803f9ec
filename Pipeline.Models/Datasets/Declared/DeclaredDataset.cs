using System.Text.Json;

namespace Pipeline.Models.Datasets.Declared;

/// <summary>Reads the rows of a dataset that <c>dataset_info.json</c> declares.</summary>
internal static class DeclaredDataset
{
    private static readonly string[] Kinds = [".json", ".jsonl", ".csv", ".tsv", ".txt"];

    /// <summary>All rows in the order of the files, those that cannot be used with the reason.</summary>
    /// <param name="folder">Folder of the datasets.</param>
    /// <param name="name">Name of the dataset, for messages.</param>
    /// <param name="entry">Its entry.</param>
    /// <exception cref="InputException">A file cannot be read at all, or lacks a column that the entry names.</exception>
    public static IReadOnlyList<ConvertedRow> Read(string folder, string name, DatasetEntry entry)
    {
        IReadOnlyList<DatasetItem> items = [.. FilesOf(Path.Combine(folder, entry.FileName)).SelectMany(ReadFile)];
        DatasetRow[] rows = [.. items.Select(item => item.Row).OfType<DatasetRow>()];
        if (items.Count == 0) throw new InputException($"{Path.Combine(folder, entry.FileName)}: holds no examples");
        HashSet<string> columns = [.. rows.SelectMany(row => row.Keys)];
        foreach (string column in entry.Required.Where(column => rows.Length > 0 && !columns.Contains(column)))
            throw new InputException($"{Path.Combine(folder, entry.FileName)}: no row has the column '{column}', which "
                + $"{InstructionDataset.InfoFile} names for '{name}'; the file has "
                + string.Join(", ", columns.Order(StringComparer.Ordinal)));
        Queue<DatasetRow> unified = new(Unified(rows, entry));
        RowConverter converter = new(entry);
        return [.. items.Select((item, i) => (item.Row is null ? new ConvertedRow(i + 1) { Fault = $"line {item.Line}: {item.Fault}" }
            : Convert(converter, unified.Dequeue(), i + 1)) with { Dataset = name })];
    }

    private static ConvertedRow Convert(RowConverter converter, DatasetRow row, int number)
    {
        try
        {
            return converter.Convert(row, number);
        }
        catch (InputException e) when (e is not MediaInputException)
        {
            return new ConvertedRow(number) { Fault = e.Message };
        }
    }

    private static IEnumerable<DatasetRow> Unified(DatasetRow[] rows, DatasetEntry entry)
    {
        // Texts need none of it; messages do where they hold calls, and so do tools that are no text.
        string[] columns = [.. new[] { entry.Formatting == "openai" ? entry.Messages : null, entry.Tools }.OfType<string>()
            .Where(column => rows.Any(row => Peek(row, column).ValueKind is JsonValueKind.Array or JsonValueKind.Object))];
        if (columns.Length == 0) return rows;
        Dictionary<string, IReadOnlyList<JsonElement>> values = columns.ToDictionary(column => column,
            column => UnifiedColumns.Unify([.. rows.Select(row => Peek(row, column))]), StringComparer.Ordinal);
        return rows.Select((row, i) => row.With(values.Select(value => KeyValuePair.Create(value.Key, value.Value[i]))));
    }

    // A key that comes twice is told when its row is converted.
    private static JsonElement Peek(DatasetRow row, string column) =>
        row.Keys.Count(key => key == column) == 1 ? row.Value(column) : default;

    private static IEnumerable<string> FilesOf(string path)
    {
        if (!Directory.Exists(path)) return [path];
        string[] files = [.. Directory.EnumerateFiles(path).Order(StringComparer.Ordinal)];
        if (files.Length == 0) throw new InputException($"{path}: holds no file");
        return files.Select(UserFile.KindOf).Distinct().Count() == 1 ? files
            : throw new InputException($"{path}: holds files of several kinds; keep those of one kind in it");
    }

    private static IReadOnlyList<DatasetItem> ReadFile(string path) => UserFile.KindOf(path) switch
    {
        ".csv" => TableFile.Read(path, ',', strict: false, encoding: null),
        ".tsv" => TableFile.Read(path, '\t', strict: false, encoding: null),
        ".txt" => [.. Lines(UserFile.ReadText(path)).Select((line, i) => new DatasetItem(i + 1,
            new DatasetRow(path, i + 1, JsonSerializer.SerializeToElement(new { text = line }))))],
        ".json" or ".jsonl" => DatasetFile.ReadItems(path, strict: false),
        string kind => throw new InputException($"{path}: files of the kind '{kind}' are not read here; supported are "
            + $"{string.Join(", ", Kinds)}. Others: ./pipeline dataset import"),
    };

    private static IEnumerable<string> Lines(string text)
    {
        string[] lines = text.Split('\n');
        return lines.SkipLast(lines[^1].Length == 0 ? 1 : 0).Select(line => line.TrimEnd('\r'));
    }
}
