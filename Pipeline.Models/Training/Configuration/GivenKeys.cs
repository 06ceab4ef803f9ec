namespace Pipeline.Models.Training.Configuration;

/// <summary>
/// The keys of a configuration as they were given, by the names they stand for; of a key that comes twice the last value.
/// </summary>
internal sealed class GivenKeys
{
    private static readonly string[] Off = ["false", "no", "off", "none", "0", "0.0", "null", ""];

    private readonly Dictionary<string, ConfigurationValue> _values = new(StringComparer.Ordinal);

    /// <param name="given">Names and values in order.</param>
    public GivenKeys(IReadOnlyList<KeyValuePair<string, ConfigurationValue>> given)
    {
        foreach ((string name, ConfigurationValue value) in given)
            _values[ForeignKeys.NameOf(name)] = value;
    }

    /// <summary>The value of a key; null where it is not given, or given as null.</summary>
    public ConfigurationValue? this[string name] => _values.GetValueOrDefault(name) is { IsNull: false } value ? value : null;

    /// <summary>Whether a key is given with something else than "off".</summary>
    public bool IsOn(string name) => this[name] is { } value
        && (value.IsFlag || value.Map is not null || !Off.Contains(value.ToString(), StringComparer.OrdinalIgnoreCase));

    /// <summary>One line for the keys of each kind that have no effect.</summary>
    public IReadOnlyList<string> Notes(TrainingArguments arguments)
    {
        List<string> notes = [.. IdleKeys.Notes(_values)];
        string[] silent = [.. arguments.ReportTo.Except(["none", "all", "tensorboard"])];
        if (silent.Length > 0)
            notes.Add($"report_to: {string.Join(", ", silent)} is not told; the figures are in trainer_log.jsonl of output_dir, and "
                + "with report_to: tensorboard in event files");
        if (this["quantization_method"]?.Text == "bitsandbytes" && arguments.QuantizationBit is not null)
            notes.Add("quantization_method: bitsandbytes is taken as bnb; LLaMA-Factory does not know the word and quantizes nothing");
        return notes;
    }
}
