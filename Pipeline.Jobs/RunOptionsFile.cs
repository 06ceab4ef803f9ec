using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Jobs;

/// <summary>Run options from a file in YAML, which includes JSON.</summary>
public static class RunOptionsFile
{
    /// <summary>
    /// Reads the options of a run. Unknown names and values of the wrong kind are in <see cref="RunOptions.ReadFaults"/>.
    /// </summary>
    /// <param name="path">YAML or JSON with the names of <see cref="RunOptions"/> in snake case.</param>
    /// <exception cref="InputException">No such file, or not YAML.</exception>
    public static RunOptions Load(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: no readable configuration there", e);
        }
        return RunOptionsReader.Read(JsonSerializer.SerializeToElement(YamlText.ReadRoot(text, path) is { } root
            ? ToJson(root) : new JsonObject()));
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode mapping =>
            new JsonObject(mapping.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, ToJson(c.Value)))),
        YamlSequenceNode sequence => new JsonArray(sequence.Children.Select(ToJson).ToArray()),
        YamlScalarNode { Style: not ScalarStyle.Plain } quoted => JsonValue.Create(quoted.Value),
        YamlScalarNode { Value: null or "" or "~" or "null" } => null,
        YamlScalarNode { Value: "true" or "True" } => JsonValue.Create(true),
        YamlScalarNode { Value: "false" or "False" } => JsonValue.Create(false),
        YamlScalarNode plain when long.TryParse(plain.Value, System.Globalization.NumberStyles.AllowLeadingSign,
        System.Globalization.CultureInfo.InvariantCulture, out long whole) => JsonValue.Create(whole),
        YamlScalarNode plain when double.TryParse(plain.Value, System.Globalization.NumberStyles.Float,
        System.Globalization.CultureInfo.InvariantCulture, out double real) => JsonValue.Create(real),
        YamlScalarNode plain => JsonValue.Create(plain.Value),
        _ => throw new InputException($"line {node.Start.Line}: aliases are not read"),
    };
}
