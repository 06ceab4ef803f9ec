using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Models.Training.Configuration;

/// <summary>A configuration value before its type is known: one text, a list of texts, texts by name, a bare flag, or nothing.</summary>
internal sealed record ConfigurationValue
{
    private ConfigurationValue()
    {
    }

    /// <summary>A command-line key without a value.</summary>
    public static ConfigurationValue Flag { get; } = new() { IsFlag = true };

    /// <summary>The single text; null for anything else.</summary>
    public string? Text { get; private init; }

    /// <summary>The texts of a list, or the comma-separated parts of <see cref="Text"/>.</summary>
    public IReadOnlyList<string> Items { get; private init; } = [];

    /// <summary>Texts by name; null for anything else.</summary>
    public IReadOnlyDictionary<string, string>? Map { get; private init; }

    public bool IsList { get; private init; }

    public bool IsFlag { get; private init; }

    public static ConfigurationValue Of(string? text) => new()
    {
        Text = text,
        Items = text is null ? [] : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
    };

    public static ConfigurationValue OfList(IEnumerable<string> items) => new() { IsList = true, Items = [.. items] };

    /// <summary>The value of a JSON key.</summary>
    public static ConfigurationValue OfJson(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => Of(null),
        JsonValueKind.Array => OfList(value.EnumerateArray().Select(item => item.ToString())),
        // A key that occurs twice: the last one wins, as in YAML's flow style in files and in Python in scripts.
        JsonValueKind.Object =>
            new() { Map = value.EnumerateObject().GroupBy(p => p.Name).ToDictionary(p => p.Key, p => p.Last().Value.ToString()) },
        _ => Of(value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText()),
    };

    /// <summary>The keys of a configuration, in file order.</summary>
    /// <exception cref="InputException">The text is not YAML (or JSON), or not a mapping.</exception>
    public static IReadOnlyList<KeyValuePair<string, ConfigurationValue>> ReadAll(string text, string source) =>
        source.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? ReadJson(text, source) : ReadYaml(text, source);

    /// <summary>Reads a value given as JSON on the command line: <c>{"num_cycles": 2}</c>.</summary>
    /// <returns>Null when the text is not a JSON object.</returns>
    public static ConfigurationValue? TryReadObject(string text)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object ? OfJson(document.RootElement) : null;
        }
        catch (JsonException)
        {
            return null; // the caller reports what was expected
        }
    }

    /// <summary>The value as shown in messages.</summary>
    public override string ToString() =>
        IsFlag ? "true" : Text ?? (Map is null
        ? string.Join(",", Items) : $"{{{string.Join(", ", Map.Select(pair => $"{pair.Key}: {pair.Value}"))}}}");

    private static List<KeyValuePair<string, ConfigurationValue>> ReadYaml(string text, string source)
    {
        YamlNode? root = YamlText.ReadRoot(text, source);
        if (root is null)
            return [];
        if (root is not YamlMappingNode mapping)
            throw new InputException($"{source}: holds no 'key: value' lines");
        return [.. mapping.Select(entry => KeyValuePair.Create(entry.Key.ToString(), OfYaml(entry.Value)))];
    }

    private static ConfigurationValue OfYaml(YamlNode node) => node switch
    {
        YamlScalarNode scalar => Of(IsNull(scalar) ? null : scalar.Value),
        YamlSequenceNode list => OfList(list.Select(item => item.ToString())),
        YamlMappingNode mapping => new() { Map = mapping.ToDictionary(entry => entry.Key.ToString(), entry => entry.Value.ToString()) },
        _ => Of(node.ToString()),
    };

    private static bool IsNull(YamlScalarNode scalar) =>
        scalar.Style == ScalarStyle.Plain && scalar.Value is null or "" or "null" or "Null" or "NULL" or "~";

    private static List<KeyValuePair<string, ConfigurationValue>> ReadJson(string text, string source)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? [.. document.RootElement.EnumerateObject().Select(p => KeyValuePair.Create(p.Name, OfJson(p.Value)))]
                : throw new InputException($"{source}: holds no JSON object");
        }
        catch (JsonException e)
        {
            throw new InputException($"{source}: line {e.LineNumber + 1}: not JSON: {e.Message}", e);
        }
    }
}
