namespace Pipeline.Models;

/// <summary>One thing that is wrong with settings.</summary>
/// <param name="Setting">Name of the setting, as written where it was given: <c>lora_target</c>, <c>caption.model</c>.</param>
/// <param name="Problem">What was found, what is expected, and the fix.</param>
public readonly record struct SettingFault(string Setting, string Problem)
{
    /// <summary>The same fault where the setting belongs to a section.</summary>
    public SettingFault In(string section) => this with { Setting = $"{section}.{Setting}" };

    /// <summary>The fault as one line of a message.</summary>
    public override string ToString() => $"{Setting}: {Problem}";
}
