using System.Linq.Expressions;
using System.Reflection;
using System.Text.Json;
using Pipeline.Jobs.Train;

namespace Pipeline.Jobs;

/// <summary>The names of run options, as files, requests and messages write them: <c>extraction.max_pages</c>.</summary>
public static class RunOptionsSchema
{
    private static readonly JsonNamingPolicy Naming = JsonNamingPolicy.SnakeCaseLower;

    /// <summary>Every setting by its full name, sections left out. Keys below <c>training</c> are LLaMA-Factory's.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. NamesIn(typeof(RunOptions), "")];

    /// <summary>The full name of a setting, for messages: <c>NameOf(o => o.Extraction.MaxPages)</c>.</summary>
    public static string NameOf(Expression<Func<RunOptions, object?>> setting)
    {
        ArgumentNullException.ThrowIfNull(setting);
        Stack<string> parts = [];
        for (Expression? at = setting.Body is UnaryExpression boxed
            ? boxed.Operand : setting.Body; at is MemberExpression member; at = member.Expression)
            parts.Push(Naming.ConvertName(member.Member.Name));
        return string.Join('.', parts);
    }

    internal static string NameOf(PropertyInfo setting) => Naming.ConvertName(setting.Name);

    /// <summary>The settings of a section.</summary>
    internal static IEnumerable<PropertyInfo> SettingsOf(Type section) =>
        section.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.SetMethod is { IsPublic: true });

    internal static PropertyInfo? Find(Type section, string name) => SettingsOf(section).FirstOrDefault(setting => NameOf(setting) == name);

    internal static bool IsSection(PropertyInfo setting) =>
        setting.PropertyType.Assembly == typeof(RunOptions).Assembly && setting.PropertyType.IsClass
        && setting.PropertyType != typeof(TrainingSettings);

    private static IEnumerable<string> NamesIn(Type section, string prefix) => SettingsOf(section).SelectMany(setting =>
        IsSection(setting) ? NamesIn(setting.PropertyType, $"{prefix}{NameOf(setting)}.") : [prefix + NameOf(setting)]);
}
