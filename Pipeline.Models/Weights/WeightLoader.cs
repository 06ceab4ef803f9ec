using static TorchSharp.torch;

namespace Pipeline.Models.Weights;

/// <summary>Fills parameters from a checkpoint, strictly: every name and shape must agree, both ways.</summary>
public static class WeightLoader
{
    private const int MostListed = 8;

    /// <summary>Copies every tensor of the checkpoint into the parameter of its name, converting to its type and device.</summary>
    /// <param name="parameters">Parameters by hub name.</param>
    /// <param name="checkpoint">The weights.</param>
    /// <param name="rename">Maps a name of the checkpoint to a parameter's; null for a tensor left out on purpose.</param>
    /// <param name="receivers">
    /// By parameter name: receives the stored tensor, mapped and valid only during the call, instead of the copy.
    /// </param>
    /// <exception cref="InputException">Names or shapes differ; the message lists missing, unexpected and misshapen ones.</exception>
    public static void Load(IEnumerable<KeyValuePair<string, Tensor>> parameters, SafetensorsCheckpoint checkpoint,
        Func<string, string?>? rename = null, IReadOnlyDictionary<string, Action<Tensor>>? receivers = null)
    {
        Dictionary<string, Tensor> targets = new(parameters, StringComparer.Ordinal);
        Dictionary<string, string> sources = new(StringComparer.Ordinal);
        foreach (string stored in checkpoint.Names)
        {
            if ((rename is null ? stored : rename(stored)) is { } name)
                sources[name] = stored;
        }
        Check(targets, sources, checkpoint);
        foreach ((string name, Tensor target) in targets)
        {
            if (receivers is not null && receivers.TryGetValue(name, out Action<Tensor>? receive))
                checkpoint.Lend(sources[name], receive);
            else
                checkpoint.CopyTo(sources[name], target);
        }
    }

    private static void Check(Dictionary<string, Tensor> targets, Dictionary<string, string> sources, SafetensorsCheckpoint checkpoint)
    {
        string[] missing = [.. targets.Keys.Where(n => !sources.ContainsKey(n)).Order(StringComparer.Ordinal)];
        string[] unexpected = [.. sources.Where(s => !targets.ContainsKey(s.Key)).Select(s => s.Value).Order(StringComparer.Ordinal)];
        string[] misshapen = [.. targets.Where(t => sources.ContainsKey(t.Key))
            .Select(t => (t.Key, Expected: t.Value.shape, Found: checkpoint.Describe(sources[t.Key]).Shape))
            .Where(t => !t.Expected.SequenceEqual(t.Found))
            .Select(t => $"{t.Key} is [{string.Join(", ", t.Found)}], expected [{string.Join(", ", t.Expected)}]")
            .Order(StringComparer.Ordinal)];
        if (missing.Length + unexpected.Length + misshapen.Length == 0)
            return;
        List<string> faults = new();
        Add("missing", missing);
        Add("unexpected", unexpected);
        Add("misshapen", misshapen);
        throw new InputException($"{checkpoint.Source}: the weights do not fit config.json: {string.Join("; ", faults)}.");

        void Add(string kind, string[] names)
        {
            if (names.Length == 0)
                return;
            string more = names.Length > MostListed ? $" and {names.Length - MostListed} more" : "";
            faults.Add($"{names.Length} {kind}: {string.Join(", ", names.Take(MostListed))}{more}");
        }
    }
}
