using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Pipeline.Models;

namespace Pipeline.Jobs;

/// <summary>The rules declared on the settings of a run: ranges, lengths, patterns.</summary>
internal static class RunOptionsRules
{
    public static IEnumerable<SettingFault> Faults(RunOptions options) => Faults(options, "");

    /// <summary>What is wrong with one value of a setting; null for nothing.</summary>
    public static string? Fault(PropertyInfo setting, object? value) =>
        setting.GetCustomAttributes<ValidationAttribute>().Where(rule => !rule.IsValid(value)).Select(rule => Describe(rule, value))
        .FirstOrDefault();

    /// <summary>What is wrong with the values of a section.</summary>
    public static IEnumerable<SettingFault> Faults(object section, string prefix)
    {
        foreach (PropertyInfo setting in RunOptionsSchema.SettingsOf(section.GetType()))
        {
            object? value = setting.GetValue(section);
            string name = prefix + RunOptionsSchema.NameOf(setting);
            if (Fault(setting, value) is { } problem) yield return new SettingFault(name, problem);
            if (!RunOptionsSchema.IsSection(setting)) continue;
            foreach (SettingFault fault in Faults(value!, name + ".")) yield return fault;
        }
    }

    private static string Describe(ValidationAttribute rule, object? value) => rule switch
    {
        RequiredAttribute => "is empty; give a value, or leave it out for the default",
        RangeAttribute range =>
            string.Create(CultureInfo.InvariantCulture, $"{value} is out of range; use {range.Minimum} to {range.Maximum}"),
        StringLengthAttribute length => $"has {((string)value!).Length} characters; use {length.MinimumLength} to {length.MaximumLength}",
        { ErrorMessage: { } expected } => $"'{value}': {expected}",
        _ => throw new NotSupportedException($"a rule of type {rule.GetType().Name} has no words"),
    };
}
