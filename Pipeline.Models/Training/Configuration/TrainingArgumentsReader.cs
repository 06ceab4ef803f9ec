namespace Pipeline.Models.Training.Configuration;

/// <summary>From the text of a configuration or the words of a command line to <see cref="TrainingArguments"/>, with every fault in one message.</summary>
internal static class TrainingArgumentsReader
{
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
        var arguments = new TrainingArguments();
        var faults = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach ((string given, ConfigurationValue value) in ConfigurationValue.ReadAll(text, source))
        {
            if (!seen.Add(ForeignKeys.NameOf(given)))
                faults.Add($"{given}: is given twice");
            AddFault(faults, Bind(arguments, given, value));
        }
        foreach ((string given, ConfigurationValue value) in TrainingWords.Read(overrides, faults))
            AddFault(faults, Bind(arguments, given, value));
        faults.AddRange(TrainingArgumentsRules.Faults(arguments));
        ThrowIfAny(faults, source);
        return arguments;
    }

    public static void ThrowIfAny(IReadOnlyList<string> faults, string source)
    {
        if (faults.Count == 1)
            throw new InputException($"{source}: {faults[0]}");
        if (faults.Count > 1)
            throw new InputException($"{source}: {faults.Count} faults:\n  - {string.Join("\n  - ", faults)}");
    }

    /// <summary>Whether a configuration may hold the key, computed or not.</summary>
    public static bool IsKnown(string given) =>
        ForeignKeys.NameOf(given) is var name && (ForeignKeys.IsKnown(name) || TrainingKey.All.Any(key => key.Name == name));

    private static void AddFault(List<string> faults, string? fault)
    {
        if (fault is not null)
            faults.Add(fault);
    }

    private static string? Bind(TrainingArguments arguments, string given, ConfigurationValue value)
    {
        string name = ForeignKeys.NameOf(given);
        if (TrainingKey.All.FirstOrDefault(key => key.Name == name) is { } known)
            return known.Bind(arguments, value);
        return ForeignKeys.IsKnown(name) ? ForeignKeys.Check(name, value) : $"{given}: unknown key; did you mean {Nearest(given)}?";
    }

    private static string Nearest(string name) =>
        NearestName.Of(name, TrainingKey.All.Select(key => key.Name).Concat(ForeignKeys.Names));
}
