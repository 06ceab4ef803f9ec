using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Models.Training;

/// <summary>A value of a configuration file before its type is known: one text, a list of texts, or nothing.</summary>
internal sealed record ConfigurationValue(string? Text, bool IsList, IReadOnlyList<string> Items)
{
    public static ConfigurationValue Of(string? text) =>
        new(text, false, text is null ? [] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static ConfigurationValue OfList(IEnumerable<string> items) => new(null, true, [.. items]);

    /// <summary>The keys of a configuration, in the order of the file.</summary>
    /// <exception cref="InputException">The text is not YAML (or JSON), no mapping, or a value is a mapping itself.</exception>
    public static IReadOnlyList<KeyValuePair<string, ConfigurationValue>> ReadAll(string text, string source) =>
        source.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? ReadJson(text, source) : ReadYaml(text, source);

    private static List<KeyValuePair<string, ConfigurationValue>> ReadYaml(string text, string source)
    {
        var stream = new YamlStream();
        try
        {
            stream.Load(new StringReader(text));
        }
        catch (YamlException e)
        {
            throw new InputException($"{source}: line {e.Start.Line}: not YAML: {e.Message}", e);
        }
        if (stream.Documents.Count == 0)
            return [];
        if (stream.Documents[0].RootNode is not YamlMappingNode mapping)
            throw new InputException($"{source}: holds no 'key: value' lines");
        return [.. mapping.Select(entry => KeyValuePair.Create(entry.Key.ToString(), entry.Value switch
        {
            YamlScalarNode scalar => Of(IsNull(scalar) ? null : scalar.Value),
            YamlSequenceNode list => OfList(list.Select(item => item.ToString())),
            _ => throw new InputException($"{source}: line {entry.Value.Start.Line}: {entry.Key} is a mapping; give a value or a list"),
        }))];
    }

    private static bool IsNull(YamlScalarNode scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is null or "" or "null" or "Null" or "NULL" or "~";

    private static List<KeyValuePair<string, ConfigurationValue>> ReadJson(string text, string source)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
                throw new InputException($"{source}: holds no JSON object");
            return [.. document.RootElement.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, p.Value.ValueKind switch
            {
                JsonValueKind.Null => Of(null),
                JsonValueKind.Array => OfList(p.Value.EnumerateArray().Select(item => item.ToString())),
                JsonValueKind.Object => throw new InputException($"{source}: {p.Name} is an object; give a value or a list"),
                _ => Of(p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString() : p.Value.GetRawText()),
            }))];
        }
        catch (JsonException e)
        {
            throw new InputException($"{source}: line {e.LineNumber + 1}: not JSON: {e.Message}", e);
        }
    }
}
