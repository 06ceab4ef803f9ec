using System.Globalization;
using System.Text.Json.Nodes;

namespace Pipeline.Models.Jinja;

/// <summary>
/// A Jinja template that was read once and is rendered many times. It sees the values it is given and nothing else: no objects of the
/// program, no files; steps and output are bounded. Safe for concurrent use. Reference: Jinja 3.1 in transformers' sandbox
/// (<c>trim_blocks</c>, <c>lstrip_blocks</c>, loop controls).
/// </summary>
internal sealed class JinjaTemplate
{
    /// <summary>Steps of one rendering, items and stretches of text handled included.</summary>
    public const long MostWork = 20_000_000;

    /// <summary>Characters that one rendering may write.</summary>
    public const int LongestOutput = 1 << 25;

    private readonly BlockStatement _body;
    private readonly Func<DateTimeOffset> _now;

    private JinjaTemplate(BlockStatement body, Func<DateTimeOffset> now) => (_body, _now) = (body, now);

    /// <summary>Reads a template.</summary>
    /// <param name="text">The template.</param>
    /// <param name="time">Clock of <c>strftime_now</c>; null for the machine's.</param>
    /// <exception cref="JinjaException">It is no template, or uses what is not computed here.</exception>
    public static JinjaTemplate Parse(string text, TimeProvider? time = null)
    {
        TimeProvider clock = time ?? TimeProvider.System;
        return Guarded(() => new JinjaTemplate(JinjaParser.Parse(text), clock.GetLocalNow));
    }

    /// <summary>Renders the template.</summary>
    /// <param name="names">What it is given.</param>
    /// <exception cref="JinjaRefusal">The template refuses what it is given, in its own words.</exception>
    /// <exception cref="JinjaException">It fails on it, or would take too long.</exception>
    public string Render(IReadOnlyDictionary<string, object?> names) => Guarded(() =>
    {
        JinjaContext context = new(names, _now, MostWork, LongestOutput);
        _body.Run(context);
        return context.Output.ToString();
    });

    /// <summary>A value of a template from JSON.</summary>
    /// <exception cref="JinjaException">A number does not fit.</exception>
    public static object? ValueOf(JsonNode? json)
    {
        switch (json)
        {
            case null:
                return null;
            case JsonArray array:
                return new JinjaList([.. array.Select(ValueOf)]);
            case JsonObject keys:
                JinjaDict dict = new();
                foreach ((string key, JsonNode? value) in keys) dict[key] = ValueOf(value);
                return dict;
        }
        JsonValue scalar = json.AsValue();
        if (scalar.TryGetValue(out string? text)) return text;
        if (scalar.TryGetValue(out bool flag)) return flag;
        string number = scalar.ToJsonString();
        if (number.AsSpan().IndexOfAny('.', 'e', 'E') >= 0) return double.Parse(number, CultureInfo.InvariantCulture);
        return long.TryParse(number, CultureInfo.InvariantCulture, out long whole) ? whole
            : throw new JinjaException($"the number {number} is too large");
    }

    // Deeply nested templates and values would otherwise end the process.
    private static T Guarded<T>(Func<T> body)
    {
        try
        {
            return body();
        }
        catch (InsufficientExecutionStackException e)
        {
            throw new JinjaException("it is nested too deeply", e);
        }
    }
}
