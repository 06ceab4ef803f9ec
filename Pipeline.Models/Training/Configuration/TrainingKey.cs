using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text.Json.Serialization;

namespace Pipeline.Models.Training.Configuration;

/// <summary>One configuration key: its name, its property, and the values it accepts.</summary>
internal sealed class TrainingKey
{
    private readonly PropertyInfo _property;
    private readonly RangeAttribute? _range;
    private readonly AllowedValuesAttribute? _allowed;

    private TrainingKey(PropertyInfo property, string name)
    {
        (_property, Name) = (property, name);
        _range = property.GetCustomAttribute<RangeAttribute>();
        _allowed = property.GetCustomAttribute<AllowedValuesAttribute>();
    }

    public static IReadOnlyList<TrainingKey> All { get; } =
        [.. from property in typeof(TrainingArguments).GetProperties()
            let name = property.GetCustomAttribute<JsonPropertyNameAttribute>()?.Name
            where name is not null
            select new TrainingKey(property, name)];

    public string Name { get; }

    /// <summary>What the key is for, in the words of its documentation.</summary>
    public string Meaning => KeyMeanings.Of(_property);

    /// <summary>The value when the key is absent.</summary>
    public string Default => Show(_property.GetValue(new TrainingArguments()));

    /// <summary>The values the key accepts, in words; empty for any text.</summary>
    public string Takes => _allowed is not null ? string.Join(" | ", Allowed)
        : ValueType == typeof(bool) ? "true | false"
        : _range is null ? ""
        : _range.Maximum is int.MaxValue ? string.Create(CultureInfo.InvariantCulture, $"{_range.Minimum} or more")
        : string.Create(CultureInfo.InvariantCulture, $"{_range.Minimum} to {_range.Maximum}");

    /// <summary>The value of the key.</summary>
    public object? ValueIn(TrainingArguments arguments) => _property.GetValue(arguments);

    /// <summary>Sets the property from a configuration's value; returns what is wrong with it, or null.</summary>
    public SettingFault? Bind(TrainingArguments target, ConfigurationValue value)
    {
        Type type = ValueType;
        if (value.IsFlag)
            return BindFlag(target, type);
        if (type == typeof(IReadOnlyDictionary<string, string>))
            return BindMap(target, value);
        if (value.Map is not null)
            return Fault($"is a mapping; give {(type == typeof(IReadOnlyList<string>) ? "a value or a list" : "one value")}");
        if (type == typeof(IReadOnlyList<string>))
        {
            _property.SetValue(target, value.Items);
            return null;
        }
        if (value.Text is null)
            return value.IsList ? Fault("is a list; give one value") : LeaveOut(target);
        object? parsed = Convert(type, type == typeof(string) ? value.Text : value.Number ?? value.Text);
        if (parsed is null)
            return Fault($"'{value.Text}' is not {Expected(type)}");
        _property.SetValue(target, parsed);
        return null;
    }

    /// <summary>What is wrong with this key's value, or null.</summary>
    public SettingFault? Check(TrainingArguments arguments)
    {
        object? value = _property.GetValue(arguments);
        if (value is not null && _range is not null && !InRange(value))
            return Fault(string.Create(CultureInfo.InvariantCulture,
                $"{Show(value)} is out of range; use {_range.Minimum} to {_range.Maximum}"));
        if (_allowed is not null && !_allowed.Values.Contains(value))
            return Fault($"'{Show(value)}' is not computed; use {string.Join(" or ", Allowed)}");
        return null;
    }

    public static IReadOnlyList<KeyValuePair<string, string>> Describe(TrainingArguments arguments) =>
        [.. All.Select(key => KeyValuePair.Create(key.Name, Show(key._property.GetValue(arguments))))];

    private Type ValueType => Nullable.GetUnderlyingType(_property.PropertyType) ?? _property.PropertyType;

    private IEnumerable<object> Allowed => _allowed!.Values.OfType<object>();

    // A bare key on a command line switches something on.
    private SettingFault? BindFlag(TrainingArguments target, Type type)
    {
        if (type == typeof(bool))
            _property.SetValue(target, true);
        else if (_property.Name == nameof(TrainingArguments.ResumeFromCheckpoint))
            _property.SetValue(target, "true");
        else
            return Fault($"has no value; give --{Name} VALUE");
        return null;
    }

    private SettingFault? BindMap(TrainingArguments target, ConfigurationValue value)
    {
        if (value is { Text: null, IsList: false, Map: null })
            return LeaveOut(target);
        IReadOnlyDictionary<string, string>? map = value.Map ?? ConfigurationValue.TryReadObject(value.Text ?? "")?.Map;
        if (map is null)
            return Fault($"'{value}' is not a mapping such as {{num_cycles: 2}}");
        _property.SetValue(target, map);
        return null;
    }

    // An empty key counts as absent, as in LLaMA-Factory; except where null is a value of its own.
    private SettingFault? LeaveOut(TrainingArguments target)
    {
        bool isValue = _property.Name == nameof(TrainingArguments.EnableThinking);
        _property.SetValue(target, isValue ? null : _property.GetValue(new TrainingArguments()));
        return null;
    }

    private SettingFault Fault(string problem) => new(Name, problem);

    private bool InRange(object value)
    {
        double number = System.Convert.ToDouble(value, CultureInfo.InvariantCulture);
        return number >= System.Convert.ToDouble(_range!.Minimum, CultureInfo.InvariantCulture)
            && number <= System.Convert.ToDouble(_range.Maximum, CultureInfo.InvariantCulture);
    }

    private static object? Convert(Type type, string text)
    {
        if (type == typeof(string))
            return text;
        if (type == typeof(bool))
            return text.ToLowerInvariant() switch
            {
                "true" or "yes" or "on" or "1" => true,
                "false" or "no" or "off" or "0" => false,
                _ => null,
            };
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) || !double.IsFinite(number))
            return null;
        if (type == typeof(double))
            return number;
        return number == Math.Floor(number) && Math.Abs(number) <= int.MaxValue ? (int)number : null;
    }

    private static string Expected(Type type) =>
        type == typeof(bool) ? "true or false" : type == typeof(int) ? "a whole number" : "a number";

    private static string Show(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string text => text,
        IReadOnlyDictionary<string, string> map =>
            $"{{{string.Join(", ", map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}: {pair.Value}"))}}}",
        IEnumerable items => string.Join(",", items.Cast<object>()),
        _ => System.Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };
}
