namespace Pipeline.Models.Lora;

/// <summary>The linear layers of a model that a configuration's targets select.</summary>
internal sealed class TargetModules
{
    /// <summary>Every linear layer inside the decoder layers; the output head is left out, as LLaMA-Factory does.</summary>
    public const string All = "all";

    private readonly HashSet<string> _names;

    private TargetModules(HashSet<string> names) => _names = names;

    /// <summary>Targets that the model has no layer for.</summary>
    public IReadOnlyList<string> Lacking { get; private init; } = [];

    /// <summary>Whether the linear layer of that full name is adapted.</summary>
    public bool Contains(string name) => _names.Contains(name);

    /// <summary>Short names that a user may give, for example <c>qkv_proj</c>, in the order of the model.</summary>
    public static IEnumerable<string> Available(IEnumerable<string> layers) =>
        layers.Select(name => name[(name.LastIndexOf('.') + 1)..]).Distinct();

    /// <summary>Matches as PEFT does: the whole name, or its ending after a dot; or the pattern the whole name.</summary>
    /// <exception cref="InputException">No target, or the pattern, matches anything; the message lists what there is.</exception>
    public static TargetModules Resolve(LoraConfig config, IReadOnlyList<string> layers)
    {
        config.Validate();
        if (config.TargetPattern is { } pattern)
        {
            HashSet<string> matched = [.. layers.Where(name => ModulePattern.MatchesWhole(pattern, name))];
            return matched.Count > 0 ? new TargetModules(matched)
                : throw new SettingsException("lora_target",
                $"'{pattern}' matches no linear layer of this model; their names are like "
                + $"{string.Join(", ", layers.Take(Available(layers).Count()))}");
        }
        if (config.TargetModules.Contains(All))
            return new TargetModules([.. layers]);
        HashSet<string> names = new(StringComparer.Ordinal);
        List<string> unknown = new();
        foreach (string target in config.TargetModules)
        {
            string[] matches = [.. layers.Where(name => name == target || name.EndsWith("." + target, StringComparison.Ordinal))];
            names.UnionWith(matches);
            if (matches.Length == 0)
                unknown.Add(target);
        }
        // As in PEFT: lists are written for several models at once, so names that this one lacks are passed over.
        if (names.Count == 0)
            throw new SettingsException("lora_target",
                $"{string.Join(", ", unknown)} {(unknown.Count == 1 ? "is no linear layer" : "are no linear layers")}"
                + $" of this model; it has {string.Join(", ", Available(layers))} (or use all)");
        return new TargetModules(names) { Lacking = unknown };
    }
}
