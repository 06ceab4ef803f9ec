using System.Text.Json;

namespace Pipeline.Models.Training.Configuration;

/// <summary>Turns configuration text or command-line words into <see cref="TrainingArguments"/>, with all faults in one message.</summary>
internal static class TrainingArgumentsReader
{
    private const string UsualOutputDir = "trainer_output";     // as transformers names it

    public static TrainingArguments Load(string path, IReadOnlyList<string> overrides)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new InputException($"{path}: no readable training configuration there", e);
        }
        return Parse(text, path, overrides);
    }

    public static TrainingArguments FromWords(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return words.Count > 0 && !words[0].StartsWith('-') && (!words[0].Contains('=') || File.Exists(words[0]))
            ? Load(words[0], [.. words.Skip(1)])
            : Parse("", "command line", words);
    }

    public static TrainingArguments Parse(string text, string source, IReadOnlyList<string> overrides)
    {
        TrainingArguments arguments = new();
        List<SettingFault> faults = new();
        IReadOnlyList<KeyValuePair<string, ConfigurationValue>> inFile = ConfigurationValue.ReadAll(text, source);
        List<KeyValuePair<string, ConfigurationValue>> words = TrainingWords.Read(overrides, faults);
        BindAll(arguments, inFile, faults);
        foreach ((string given, ConfigurationValue value) in words)
            AddFault(faults, Bind(arguments, given, value));
        GivenKeys keys = new([.. inFile, .. words]);
        if (arguments.OutputDir.Length == 0 && keys.IsOn("do_train"))
            AddFault(faults, Bind(arguments, "output_dir", ConfigurationValue.Of(UsualOutputDir)));
        arguments.Notes = keys.Notes(arguments);
        faults.AddRange(TrainingArgumentsRules.Faults(arguments));
        // A key that is refused anyway needs no second reason.
        SettingFault[] further = [.. FactoryChecks.Faults(keys, arguments)];
        faults.AddRange(further.Where(fault => faults.All(known => known.Setting != fault.Setting)).ToArray());
        ThrowIfAny(faults, source);
        return arguments;
    }

    /// <summary>Sets keys on top of <paramref name="defaults"/>; reports what cannot be set; rules between keys are not checked.</summary>
    public static (TrainingArguments Arguments, IReadOnlyList<SettingFault> Faults) Read(
        IEnumerable<KeyValuePair<string, JsonElement>> keys, TrainingArguments defaults)
    {
        TrainingArguments arguments = defaults with { };
        List<SettingFault> faults = new();
        KeyValuePair<string, ConfigurationValue>[] given =
            [.. keys.Select(key => KeyValuePair.Create(key.Key, ConfigurationValue.OfJson(key.Value)))];
        BindAll(arguments, given, faults);
        arguments.Notes = new GivenKeys(given).Notes(arguments);
        return (arguments, faults);
    }

    public static void ThrowIfAny(IReadOnlyList<SettingFault> faults, string source)
    {
        if (faults.Count > 0)
            throw new SettingsException(faults, source);
    }

    /// <summary>Whether a configuration may hold the key, computed or not.</summary>
    public static bool IsKnown(string given) =>
        ForeignKeys.NameOf(given) is var name && (ForeignKeys.IsKnown(name) || TrainingKey.All.Any(key => key.Name == name));

    private static void BindAll(TrainingArguments arguments, IEnumerable<KeyValuePair<string, ConfigurationValue>> keys,
        List<SettingFault> faults)
    {
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach ((string given, ConfigurationValue value) in keys)
        {
            if (!seen.Add(ForeignKeys.NameOf(given)))
                faults.Add(new(given, "is given twice"));
            AddFault(faults, Bind(arguments, given, value));
        }
    }

    private static void AddFault(List<SettingFault> faults, SettingFault? fault)
    {
        if (fault is { } found)
            faults.Add(found);
    }

    private static SettingFault? Bind(TrainingArguments arguments, string given, ConfigurationValue value)
    {
        string name = ForeignKeys.NameOf(given);
        if (TrainingKey.All.FirstOrDefault(key => key.Name == name) is { } known)
            return known.Bind(arguments, value);
        return ForeignKeys.IsKnown(name)
            ? ForeignKeys.Check(name, value) : new SettingFault(given, $"unknown key; did you mean {Nearest(given)}?");
    }

    private static string Nearest(string name) =>
        NearestName.Of(name, TrainingKey.All.Select(key => key.Name).Concat(ForeignKeys.Names));
}
