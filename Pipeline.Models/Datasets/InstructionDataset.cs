using System.Text.Json;

namespace Pipeline.Models.Datasets;

/// <summary>
/// Instruction examples from the files that users have: alpaca or sharegpt rows, as a JSON array or as JSON Lines, with
/// or without byte-order mark, <c>input</c> or <c>system</c>.
/// </summary>
public static class InstructionDataset
{
    /// <summary>The file of a dataset folder that names its datasets.</summary>
    public const string InfoFile = "dataset_info.json";

    /// <summary>All examples of one file, whose kind is detected from its first row.</summary>
    /// <exception cref="InputException">Not readable, or a row without question or answer; names file, line and field.</exception>
    public static IReadOnlyList<InstructionExample> Load(string path)
    {
        IReadOnlyList<DatasetRow> rows = DatasetFile.Read(path);
        DatasetColumns columns = DatasetColumns.Guess(rows[0]);
        return [.. rows.Select(row => ExampleReader.Read(row, columns))];
    }

    /// <summary>The examples of datasets by name, as the configuration keys <c>dataset_dir</c> and <c>dataset</c> give them.</summary>
    /// <param name="datasetDir">Folder with the files and usually a <c>dataset_info.json</c>.</param>
    /// <param name="names">Names of that file, or file names in the folder, separated by commas.</param>
    /// <param name="most">Maximum examples to take from each dataset; null for all.</param>
    /// <exception cref="InputException">A name matches nothing, or as in <see cref="Load(string)"/>.</exception>
    public static IReadOnlyList<InstructionExample> Load(string datasetDir, string names, int? most = null)
    {
        string infoPath = Path.Combine(datasetDir, InfoFile);
        using JsonDocument? info = File.Exists(infoPath) ? ReadInfo(infoPath) : null;
        if (!Directory.Exists(datasetDir)) throw new InputException(
            $"dataset_dir: there is no folder {datasetDir}; name the one that holds {InfoFile} or the files");
        string[] each = names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (each.Length == 0) throw new InputException("dataset: names no dataset; give a name of " + InfoFile + " or a file");
        return [.. each.SelectMany(name => LoadOne(datasetDir, name, info, infoPath).Take(most ?? int.MaxValue))];
    }

    private static IReadOnlyList<InstructionExample> LoadOne(string datasetDir, string name, JsonDocument? info, string infoPath)
    {
        if (info is not null && info.RootElement.TryGetProperty(name, out JsonElement entry))
        {
            string where = $"{infoPath}: {name}";
            if (entry.ValueKind != JsonValueKind.Object)
                throw new InputException($"{where}: is a {DatasetRow.KindName(entry)}; expected an object with a file_name");
            if (!entry.TryGetProperty("file_name", out JsonElement file) || file.ValueKind != JsonValueKind.String)
                throw new InputException($"{where}: has no file_name; only local files are read");
            DatasetColumns columns = DatasetColumns.Read(entry, where);
            IEnumerable<DatasetRow> rows = DatasetFile.Read(Path.Combine(datasetDir, file.GetString()!));
            if (entry.TryGetProperty("num_samples", out JsonElement samples) && samples.ValueKind == JsonValueKind.Number)
                rows = rows.Take(samples.TryGetInt32(out int count)
                    ? count : throw new InputException($"{where}: num_samples is {samples}; expected a whole number"));
            return [.. rows.Select(row => ExampleReader.Read(row, columns))];
        }
        string path = Path.Combine(datasetDir, name);
        if (File.Exists(path)) return Load(path);
        string known = info is null
            ? $"there is no {infoPath}" : $"{infoPath} has {string.Join(", ", info.RootElement.EnumerateObject().Select(p => p.Name))}";
        throw new InputException($"dataset: '{name}' is neither a name of {InfoFile} nor a file in {datasetDir}; {known}");
    }

    private static JsonDocument ReadInfo(string path)
    {
        try
        {
            JsonDocument info = JsonDocument.Parse(File.ReadAllBytes(path));
            return info.RootElement.ValueKind == JsonValueKind.Object
                ? info : throw new InputException($"{path}: must be an object of datasets by name");
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: line {e.LineNumber + 1}: not JSON: {e.Message}", e);
        }
    }
}
