using System.Text.Json;
using Pipeline.Models.Datasets.Declared;
using Pipeline.Models.Runtime.Numpy;

namespace Pipeline.Models.Datasets;

/// <summary>
/// Instruction examples from the files that users have. A file that <c>dataset_info.json</c> declares is read as LLaMA-Factory reads it
/// (<see cref="DeclaredDataset"/>); one that is named itself by the columns that it has.
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
    /// <param name="warn">Told of each row that is left out, by number; null for nobody.</param>
    /// <exception cref="InputException">A name matches nothing, or a file cannot be read.</exception>
    public static IReadOnlyList<InstructionExample> Load(string datasetDir, string names, int? most = null, Action<string>? warn = null)
    {
        List<InstructionExample> examples = new();
        foreach (ConvertedRow row in LoadEach(datasetDir, names, most, seed: 0).SelectMany(rows => rows))
        {
            if (StageEncoder.Unfit(row) is { } reason) warn?.Invoke(StageEncoder.Told(row, reason));
            else examples.Add(RowExample.Of(row));
        }
        return examples;
    }

    /// <summary>The rows of each dataset, those that cannot be used with the reason.</summary>
    /// <param name="datasetDir">As for <see cref="Load(string, string, int?, Action{string}?)"/>.</param>
    /// <param name="names">As there.</param>
    /// <param name="most">As there.</param>
    /// <param name="seed">Draws the rows of datasets whose entry names <c>num_samples</c>.</param>
    /// <param name="stage">Stage of the training; pairs of answers are for some of them, and not for others.</param>
    internal static IReadOnlyList<IReadOnlyList<ConvertedRow>> LoadEach(string datasetDir, string names, int? most, int seed,
        string stage = "sft")
    {
        string infoPath = Path.Combine(datasetDir, InfoFile);
        using JsonDocument? info = File.Exists(infoPath) ? ReadInfo(infoPath) : null;
        if (!Directory.Exists(datasetDir)) throw new InputException(
            $"dataset_dir: there is no folder {datasetDir}; name the one that holds {InfoFile} or the files");
        string[] each = names.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (each.Length == 0) throw new InputException("dataset: names no dataset; give a name of " + InfoFile + " or a file");
        NumpyLegacyGenerator generator = new(seed);
        List<IReadOnlyList<ConvertedRow>> datasets = new();
        foreach (string name in each)
            datasets.Add([.. LoadOne(datasetDir, name, info, infoPath, generator, stage).Take(most ?? int.MaxValue)]);
        return datasets;
    }

    private static IReadOnlyList<ConvertedRow> LoadOne(string datasetDir, string name, JsonDocument? info, string infoPath,
        NumpyLegacyGenerator generator, string stage)
    {
        if (info is not null && info.RootElement.TryGetProperty(name, out JsonElement given))
        {
            DatasetEntry entry = DatasetEntry.Read(given, $"{infoPath}: {name}");
            if (entry.Ranking != stage is "rm" or "dpo")
                throw new InputException(entry.Ranking
                    ? $"{infoPath}: {name}: ranking is true, and stage: {stage} does not learn from pairs of answers; name another "
                        + "dataset, or train it with LLaMA-Factory (stage: dpo)"
                    : $"{infoPath}: {name}: ranking is not true, and stage: {stage} learns from pairs of answers; name another dataset");
            IReadOnlyList<ConvertedRow> rows = DeclaredDataset.Read(datasetDir, name, entry);
            return entry.NumSamples is { } samples ? [.. RowChoice.Sample(rows.Count, samples, generator).Select(i => rows[i])] : rows;
        }
        string path = Path.Combine(datasetDir, name);
        if (File.Exists(path)) return [.. Load(path).Select((example, i) => RowExample.ToRow(example, i + 1, name))];
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
