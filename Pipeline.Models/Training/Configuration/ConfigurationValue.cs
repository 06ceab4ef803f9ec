using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Models.Training.Configuration;

/// <summary>A configuration value before its type is known: one text, a list of texts, texts by name, a bare flag, or nothing.</summary>
internal sealed record ConfigurationValue
{
    private const int MostMerges = 16;

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

    /// <summary>The single text as a number in decimal digits, where YAML writes it in another notation; null for anything else.</summary>
    public string? Number { get; private init; }

    /// <summary>Whether the single text is one of YAML's, or JSON's, words for true and false, without quotes.</summary>
    public bool IsTruth { get; private init; }

    /// <summary>Whether nothing is given: null, or a key without a value.</summary>
    public bool IsNull => this is { Text: null, IsList: false, IsFlag: false, Map: null };

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
        JsonValueKind.True or JsonValueKind.False => Of(value.GetRawText()) with { IsTruth = true },
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
        return [.. Merged(mapping, source).Select(entry => KeyValuePair.Create(entry.Key.ToString(), OfYaml(entry.Value)))];
    }

    // "<<" brings in the entries of other mappings; those of the mapping itself, then of the first one named, take precedence.
    private static List<KeyValuePair<YamlNode, YamlNode>> Merged(YamlMappingNode mapping, string source, int depth = 0)
    {
        List<KeyValuePair<YamlNode, YamlNode>> entries = [.. mapping.Where(entry => !IsMerge(entry.Key))];
        if (depth > MostMerges)
            throw new InputException($"{source}: '<<' merges mappings more than {MostMerges} deep");
        HashSet<string> known = [.. entries.Select(entry => entry.Key.ToString())];
        foreach (YamlNode value in mapping.Where(entry => IsMerge(entry.Key)).Select(entry => entry.Value))
        {
            IEnumerable<YamlNode> sources = value is YamlSequenceNode list ? list : [value];
            foreach (YamlNode each in sources)
            {
                if (each is not YamlMappingNode inner)
                    throw new InputException($"{source}: line {each.Start.Line}: '<<' takes a mapping, or a list of mappings");
                entries.AddRange(Merged(inner, source, depth + 1).Where(entry => known.Add(entry.Key.ToString())));
            }
        }
        return entries;
    }

    private static bool IsMerge(YamlNode key) => key is YamlScalarNode { Style: ScalarStyle.Plain, Value: "<<" };

    private static ConfigurationValue OfYaml(YamlNode node) => node switch
    {
        YamlScalarNode scalar when Writes(scalar, "null", "Null", "NULL", "~", "") => Of(null),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => Of(plain.Value) with
        {
            IsTruth = YamlScalars.IsTruth(plain.Value!),
            Number = YamlScalars.Number(plain.Value!),
        },
        YamlScalarNode scalar => Of(scalar.Value),
        YamlSequenceNode list => OfList(list.Select(item => item.ToString())),
        YamlMappingNode mapping => new() { Map = mapping.ToDictionary(entry => entry.Key.ToString(), entry => entry.Value.ToString()) },
        _ => Of(node.ToString()),
    };

    private static bool Writes(YamlScalarNode scalar, params string[] words) =>
        scalar.Value is null || (scalar.Style == ScalarStyle.Plain && words.Contains(scalar.Value));

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
