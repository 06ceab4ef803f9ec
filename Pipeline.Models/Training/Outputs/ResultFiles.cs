using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models.Files;

namespace Pipeline.Models.Training.Outputs;

/// <summary>
/// The result files of an adapter folder, with the names and keys of transformers. Whoever measures adds to them; what others
/// measured stays.
/// </summary>
internal static class ResultFiles
{
    public const string Train = "train_results.json", Eval = "eval_results.json", All = "all_results.json";

    /// <summary>Writes a file anew.</summary>
    public static void Write(string folder, string name, JsonObject results) =>
        DurableFiles.Replace(Path.Combine(folder, name), PythonJson.Results(results));

    /// <summary>Adds keys to a file, which may not exist, in place of those of the same name. Keys are in alphabetical order, as Python sorts them.</summary>
    /// <exception cref="InputException">The file is there but is not a JSON object.</exception>
    public static void Add(string folder, string name, JsonObject results)
    {
        JsonObject merged = Read(folder, name);
        foreach ((string key, JsonNode? value) in results)
            merged[key] = value?.DeepClone();
        IEnumerable<KeyValuePair<string, JsonNode?>> sorted = merged.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => KeyValuePair.Create(pair.Key, pair.Value?.DeepClone()));
        Write(folder, name, new JsonObject(sorted));
    }

    /// <summary>What a file holds; nothing when there is none.</summary>
    /// <exception cref="InputException">The file is there but is not a JSON object.</exception>
    public static JsonObject Read(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        if (!File.Exists(path))
            return [];
        try
        {
            return JsonNode.Parse(File.ReadAllText(path)) as JsonObject ?? throw new JsonException("it holds no object");
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: not valid JSON ({e.Message}); correct or delete the file", e);
        }
    }
}
