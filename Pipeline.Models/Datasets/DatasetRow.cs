using System.Text.Json;

namespace Pipeline.Models.Datasets;

/// <summary>One JSON object of a dataset file, and its position, for messages.</summary>
internal sealed class DatasetRow(string path, int line, JsonElement json, string unit = "line")
{
    /// <summary>Line, or number of the row in files without lines, from 1.</summary>
    public int Line => line;

    /// <summary>Names of its columns, in order.</summary>
    public IEnumerable<string> Keys => json.EnumerateObject().Select(property => property.Name);

    /// <summary>
    /// The value of a key. A key may occur twice, the second time empty: the non-empty value wins, where an ordinary JSON
    /// reader would take the last one and silently lose the question.
    /// </summary>
    /// <returns>Undefined when the key is absent.</returns>
    /// <exception cref="InputException">The key occurs with two different values.</exception>
    public JsonElement Value(string key)
    {
        JsonElement found = default;
        foreach (JsonProperty property in json.EnumerateObject())
        {
            if (property.Name != key) continue;
            if (HasContent(found) && HasContent(property.Value) && !JsonElement.DeepEquals(found, property.Value))
                throw Error(key, "comes twice with different values; keep one");
            if (!HasContent(found)) found = property.Value;
        }
        return found;
    }

    /// <summary>A text value; empty when the key is absent or null. Numbers and true or false are taken as written.</summary>
    public string Text(string key)
    {
        JsonElement value = Value(key);
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.Undefined or JsonValueKind.Null => "",
            JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
            _ => throw Error(key, $"is {(value.ValueKind == JsonValueKind.Object ? "an" : "a")} {KindName(value)}; expected text"),
        };
    }

    /// <summary>The same row with other values; undefined ones are left out.</summary>
    public DatasetRow With(IEnumerable<KeyValuePair<string, JsonElement>> values)
    {
        Dictionary<string, JsonElement> given = new(values.Where(value => value.Value.ValueKind != JsonValueKind.Undefined),
            StringComparer.Ordinal);
        using MemoryStream bytes = new();
        using (Utf8JsonWriter writer = new(bytes))
        {
            writer.WriteStartObject();
            foreach (JsonProperty property in json.EnumerateObject())
            {
                writer.WritePropertyName(property.Name);
                given.GetValueOrDefault(property.Name, property.Value).WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        using JsonDocument document = JsonDocument.Parse(bytes.ToArray());
        return new DatasetRow(path, line, document.RootElement.Clone(), unit);
    }

    /// <summary>An error that names file, line and field.</summary>
    public InputException Error(string field, string problem) => new($"{path}: {unit} {line}: field '{field}' {problem}");

    /// <summary>What messages call a JSON value.</summary>
    public static string KindName(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "list",
        JsonValueKind.Object => "object",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "true/false value",
        JsonValueKind.String => "text",
        _ => "null",
    };

    private static bool HasContent(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => false,
        JsonValueKind.String => value.GetString() != "",
        JsonValueKind.Array => value.GetArrayLength() > 0,
        _ => true,
    };
}
