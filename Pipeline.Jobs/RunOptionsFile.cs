using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Models;
using Pipeline.Models.Training.Configuration;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pipeline.Jobs;

/// <summary>Run options from a file: YAML, of which JSON is a part.</summary>
public static class RunOptionsFile
{
    /// <summary>Reads the options of a run.</summary>
    /// <param name="path">YAML or JSON with the names of <see cref="RunOptions"/> in snake case.</param>
    /// <exception cref="InputException">No such file, not YAML, an unknown name (the nearest known one is named), or a value of the wrong kind.</exception>
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
        try
        {
            JsonNode? root = YamlText.ReadRoot(text, path) is { } node ? ToJson(node) : new JsonObject();
            if (root is not JsonObject options) throw new InputException($"{path}: expected names and values, found {root?.GetValueKind().ToString().ToLowerInvariant() ?? "nothing"}");
            CheckNames(path, "", options, JsonNode.Parse(RunOptionsJson.Write(new RunOptions { Name = "", Publish = new() { PromoteAs = "" } }))!.AsObject());
            return RunOptionsJson.Read(options.ToJsonString());
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: {e.Path?.TrimStart('$', '.')}: the value has the wrong kind; see the README for what is expected", e);
        }
    }

    /// <summary>Compares with the default options as written, in which every name occurs.</summary>
    private static void CheckNames(string path, string prefix, JsonObject given, JsonObject known)
    {
        foreach ((string name, JsonNode? value) in given)
        {
            if (!known.ContainsKey(name))
                throw new InputException($"{path}: {prefix}{name}: unknown name; did you mean {prefix}{NearestName.Of(name, known.Select(k => k.Key))}?");
            if (prefix.Length == 0 && name == "training") continue;         // LLaMA-Factory's names, checked by the trainer
            if (known[name] is not JsonObject section) continue;
            if (value is not JsonObject inner) throw new InputException($"{path}: {prefix}{name}: expected a section of names and values");
            CheckNames(path, $"{prefix}{name}.", inner, section);
        }
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, ToJson(c.Value)))),
        YamlSequenceNode sequence => new JsonArray(sequence.Children.Select(ToJson).ToArray()),
        YamlScalarNode { Style: not ScalarStyle.Plain } quoted => JsonValue.Create(quoted.Value),
        YamlScalarNode { Value: null or "" or "~" or "null" } => null,
        YamlScalarNode { Value: "true" or "True" } => JsonValue.Create(true),
        YamlScalarNode { Value: "false" or "False" } => JsonValue.Create(false),
        YamlScalarNode plain when long.TryParse(plain.Value, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out long whole) => JsonValue.Create(whole),
        YamlScalarNode plain when double.TryParse(plain.Value, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out double real) => JsonValue.Create(real),
        YamlScalarNode plain => JsonValue.Create(plain.Value),
        _ => throw new InputException($"line {node.Start.Line}: aliases are not read"),
    };
}
