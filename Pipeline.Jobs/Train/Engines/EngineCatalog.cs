using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Pipeline.Models;
using Pipeline.Models.Training.Configuration;
using Pipeline.Models.Training.Engines;

namespace Pipeline.Jobs.Train.Engines;

/// <summary>
/// The engines that runs may name: <c>llamafactory</c>, and those of the configuration section <c>Engines</c>, which may also
/// redefine it.
/// </summary>
internal sealed class EngineCatalog
{
    public const string Section = "Engines";
    public const string LlamaFactory = "llamafactory";

    private static readonly string[] Keys = ["Command", "Cancel", "Local", "GraceSeconds", "Environment", "Settings"];
    private readonly Dictionary<string, EngineDefinition> _engines = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Names of all engines, the built-in one first.</summary>
    public IReadOnlyList<string> Names => [TrainOptions.Builtin, .. _engines.Keys.Order(StringComparer.OrdinalIgnoreCase)];

    /// <summary>Reads the engines of a configuration section.</summary>
    /// <exception cref="InputException">A setting is unknown or cannot be used; the message names it.</exception>
    public void Read(IConfigurationSection section)
    {
        _engines.Clear();
        foreach (IConfigurationSection engine in section.GetChildren())
            _engines[engine.Key] = Define(engine);
        if (!_engines.ContainsKey(LlamaFactory))
            _engines[LlamaFactory] = new EngineDefinition(
                LlamaFactory, CommandTemplate.Parse("llamafactory-cli train {config}", LlamaFactory), null, Local: true, DefaultGrace,
                new Dictionary<string, string>(), new Dictionary<string, JsonNode?>());
    }

    /// <summary>The engine with a name; null for the built-in training.</summary>
    /// <exception cref="InputException">No engine has that name.</exception>
    public EngineDefinition? Find(string name) => name == TrainOptions.Builtin ? null : _engines.GetValueOrDefault(name)
        ?? throw new SettingsException(RunOptionsSchema.NameOf(o => o.Train.Engine),
        $"no engine is called '{name}'; did you mean {NearestName.Of(name, Names)}? This server has {string.Join(", ", Names)};"
            + $" others are defined in its configuration ({Section}:NAME:Command)");

    /// <summary>Whether an engine computes on another machine; false for an unknown one.</summary>
    public bool IsRemote(string name) => _engines.TryGetValue(name, out EngineDefinition? engine) && !engine.Local;

    // Shorter than a worker's own shutdown time.
    private static TimeSpan DefaultGrace => TimeSpan.FromSeconds(15);

    private static EngineDefinition Define(IConfigurationSection engine)
    {
        string path = engine.Path;
        if (engine.Key.Equals(TrainOptions.Builtin, StringComparison.OrdinalIgnoreCase) || engine.Key.Length > 64
            || !engine.Key.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
            throw new InputException(
                $"{path}: cannot be the name of an engine; use letters, digits, - and _, and not {TrainOptions.Builtin}");
        foreach (IConfigurationSection setting in engine.GetChildren())
            if (!Keys.Contains(setting.Key, StringComparer.OrdinalIgnoreCase))
                throw new InputException($"{setting.Path}: unknown setting; did you mean {NearestName.Of(setting.Key, Keys)}?");
        return new EngineDefinition(
            engine.Key,
            Command(engine.GetSection("Command"), needsConfig: true) ?? (engine.Key.Equals(LlamaFactory, StringComparison.OrdinalIgnoreCase)
                ? CommandTemplate.Parse("llamafactory-cli train {config}", path)
                : throw new InputException($"{path}:Command: is missing; give for example: llamafactory-cli train {{config}}")),
            Command(engine.GetSection("Cancel"), needsConfig: false),
            Value(engine.GetSection("Local"), true, bool.TryParse, "true or false"),
            TimeSpan.FromSeconds(Value(engine.GetSection("GraceSeconds"), DefaultGrace.TotalSeconds, Seconds,
            "a number of seconds, at most 3600")),
            engine.GetSection("Environment").GetChildren()
            .ToDictionary(v => v.Key, v => v.Value ?? throw new InputException($"{v.Path}: is not one value")),
            Settings(engine.GetSection("Settings")));
    }

    private static CommandTemplate? Command(IConfigurationSection command, bool needsConfig) =>
        command.Value is { } text ? CommandTemplate.Parse(text, command.Path, needsConfig)
        : command.GetChildren().ToArray() is { Length: > 0 } words
        ? CommandTemplate.Of([.. words.Select(word => word.Value ?? "")], command.Path, needsConfig)
        : null;

    private static Dictionary<string, JsonNode?> Settings(IConfigurationSection settings)
    {
        Dictionary<string, JsonNode?> found = new(StringComparer.Ordinal);
        foreach (IConfigurationSection setting in settings.GetChildren())
        {
            if (EngineConfiguration.OperatorFault(setting.Key) is { } fault)
                throw new InputException($"{settings.Path}: {fault}");
            found[setting.Key] = Json(setting);
        }
        return found;
    }

    private static JsonNode? Json(IConfigurationSection value)
    {
        IConfigurationSection[] children = [.. value.GetChildren()];
        if (children.Length > 0)
            return children.All(c => int.TryParse(c.Key, CultureInfo.InvariantCulture, out _))
                ? new JsonArray([.. children.Select(Json)])
                : new JsonObject(children.Select(c => KeyValuePair.Create(c.Key, Json(c))));
        return value.Value switch
        {
            null => null,
            "true" or "True" => JsonValue.Create(true),
            "false" or "False" => JsonValue.Create(false),
            var text when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole) =>
                JsonValue.Create(whole),
            var text when double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            && double.IsFinite(number) => JsonValue.Create(number),
            var text => JsonValue.Create(text),
        };
    }

    private delegate bool Reader<T>(string text, out T value);

    private static T Value<T>(IConfigurationSection setting, T otherwise, Reader<T> read, string expected) =>
        setting.Value is not { } text ? otherwise : read(text, out T value)
        ? value : throw new InputException($"{setting.Path}: '{text}' is not {expected}");

    private static bool Seconds(string text, out double seconds) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out seconds) && seconds is >= 0 and <= 3600;
}
