using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Jobs.Train;
using Pipeline.Models;
using Pipeline.Models.Training.Configuration;

namespace Pipeline.Jobs;

/// <summary>
/// Run options as users write them. Every value that cannot be read is recorded in <see cref="RunOptions.ReadFaults"/> and gets its
/// default.
/// </summary>
public static class RunOptionsReader
{
    /// <summary>Reads options in JSON.</summary>
    /// <param name="json">Names and values; names in snake case.</param>
    public static RunOptions Read(JsonElement json)
    {
        List<SettingFault> faults = [];
        JsonObject sound = [];
        if (json.ValueKind == JsonValueKind.Object) ReadSection(json, typeof(RunOptions), "", sound, faults);
        else faults.Add(new SettingFault("options", $"expected names and values, found {Found(json)}"));
        return RunOptionsJson.Read(sound.ToJsonString()) with { ReadFaults = faults };
    }

    private static void ReadSection(JsonElement given, Type section, string prefix, JsonObject into, List<SettingFault> faults)
    {
        foreach (JsonProperty property in given.EnumerateObject())
        {
            string name = prefix + property.Name;
            PropertyInfo? setting = RunOptionsSchema.Find(section, property.Name);
            if (setting is null && prefix.Length == 0 && property.Value.ValueKind == JsonValueKind.Object
                && !into.ContainsKey(property.Name))
                into[property.Name] = JsonNode.Parse(property.Value.GetRawText());      // perhaps a stage section: checked later
            else if (setting is null)
                faults.Add(Unknown(section, prefix, property.Name));
            else if (into.ContainsKey(property.Name))
                faults.Add(new SettingFault(name, "is given twice"));
            else if (RunOptionsSchema.IsSection(setting))
            {
                JsonObject inner = [];
                into[property.Name] = inner;
                if (property.Value.ValueKind == JsonValueKind.Object) ReadSection(property.Value, setting.PropertyType, name
                    + ".", inner, faults);
                else faults.Add(new SettingFault(name, $"expected a section of names and values, found {Found(property.Value)}"));
            }
            else if (IsReadable(property.Value, setting))
                into[property.Name] = JsonNode.Parse(property.Value.GetRawText());
            else
                faults.Add(new SettingFault(name, $"expected {Expected(setting.PropertyType)}, found {Found(property.Value)}"));
        }
    }

    /// <summary>Reads the section of a stage that has its own settings, as strictly as the others.</summary>
    internal static IReadOnlyList<SettingFault> FaultsOfSection(string name, JsonElement given, Type type)
    {
        List<SettingFault> faults = [];
        JsonObject sound = [];
        ReadSection(given, type, name + ".", sound, faults);
        return [.. faults, .. RunOptionsRules.Faults(sound.Deserialize(type, RunOptionsJson.Settings)!, name + ".")];
    }

    /// <summary>The fault of a name that a section does not have.</summary>
    internal static SettingFault Unknown(Type section, string prefix, string name) => new(
        prefix + name,
        $"unknown name; did you mean {prefix}"
        + $"{NearestName.Of(name, RunOptionsSchema.SettingsOf(section).Select(RunOptionsSchema.NameOf))}?");

    private static bool IsReadable(JsonElement value, PropertyInfo setting)
    {
        if (value.ValueKind == JsonValueKind.Null) return new NullabilityInfoContext()
            .Create(setting).WriteState == NullabilityState.Nullable;
        if (Kind(setting.PropertyType).IsEnum && value.ValueKind != JsonValueKind.String) return false; // numbers are no names
        try
        {
            value.Deserialize(setting.PropertyType, RunOptionsJson.Settings);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string Expected(Type type) => Kind(type) switch
    {
        var t when t == typeof(bool) => "true or false",
        var t when t == typeof(int) => "a whole number",
        var t when t == typeof(double) => "a number",
        { IsEnum: true } t => string.Join(" or ", Enum.GetNames(t).Select(RunOptionsJson.Settings.PropertyNamingPolicy!.ConvertName)),
        var t when t == typeof(TrainingSettings) => "names and values",
        _ => "a text",
    };

    private static Type Kind(Type type) => Nullable.GetUnderlyingType(type) ?? type;

    private static string Found(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => $"the text '{value.GetString()}'",
        JsonValueKind.Number => string.Create(CultureInfo.InvariantCulture, $"the number {value.GetRawText()}"),
        JsonValueKind.Object => "a section",
        JsonValueKind.Array => "a list",
        _ => value.GetRawText(),
    };
}
