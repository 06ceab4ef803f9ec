using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pipeline.Models.Files;

/// <summary>JSON objects in files of an adapter folder, which other programs may have written.</summary>
internal static class JsonFiles
{
    /// <summary>What a file holds; nothing when there is none.</summary>
    /// <exception cref="InputException">The file is there but is not a JSON object.</exception>
    public static JsonObject ReadObject(string path)
    {
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

    /// <summary>What a file holds with keys added, in place of those of the same name.</summary>
    /// <inheritdoc cref="ReadObject" path="/exception"/>
    public static JsonObject ReadWith(string path, JsonObject additions)
    {
        JsonObject json = ReadObject(path);
        foreach ((string key, JsonNode? value) in additions)
            json[key] = value?.DeepClone();
        return json;
    }
}
