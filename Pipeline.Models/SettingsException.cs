namespace Pipeline.Models;

/// <summary>Settings that cannot be used, with every fault that was found in them.</summary>
public sealed class SettingsException : InputException
{
    /// <summary>Several faults, each on a line of the message.</summary>
    /// <param name="faults">At least one.</param>
    /// <param name="source">The file or place that the settings come from; null to leave it out.</param>
    /// <param name="inner">The exception that revealed the fault.</param>
    public SettingsException(IReadOnlyList<SettingFault> faults, string? source = null, Exception? inner = null)
        : base(Text(faults, source), inner) =>
        Faults = faults;

    /// <summary>One fault.</summary>
    /// <param name="setting">Name of the setting.</param>
    /// <param name="problem">What was found, what is expected, and the fix.</param>
    /// <param name="inner">The exception that revealed the fault.</param>
    public SettingsException(string setting, string problem, Exception? inner = null)
        : this([new SettingFault(setting, problem)], null, inner)
    {
    }

    /// <summary>Everything that is wrong.</summary>
    public IReadOnlyList<SettingFault> Faults { get; }

    private static string Text(IReadOnlyList<SettingFault> faults, string? source)
    {
        ArgumentNullException.ThrowIfNull(faults);
        return source is null ? string.Join(Environment.NewLine, faults)
            : faults.Count == 1 ? $"{source}: {faults[0]}"
            : $"{source}: {faults.Count} faults:\n  - {string.Join("\n  - ", faults)}";
    }
}
