using System.Text.Json;
using System.Text.RegularExpressions;

namespace Pipeline.Models.Tokenizers;

/// <summary>Reads the objects of a <c>tokenizer.json</c>; refusals name the file, the key and the value found.</summary>
/// <param name="path">The file, for messages.</param>
internal sealed class TokenizerJson(string path)
{
    /// <summary>The error for a value that is not computed here.</summary>
    public InputException Unsupported(string key, string found, string supported) =>
        new($"{path}: {key} is {found}; supported is {supported}");

    /// <summary>Compiles an expression of the file.</summary>
    /// <exception cref="InputException">.NET cannot compile it.</exception>
    public Regex Compile(string pattern, string key)
    {
        try
        {
            return new Regex(pattern, RegexOptions.Compiled | RegexOptions.CultureInvariant);
        }
        catch (ArgumentException e)
        {
            throw new InputException($"{path}: {key}: cannot be compiled: {e.Message}", e);
        }
    }

    /// <summary>The expression of a <c>pattern</c> object, whose literal form is escaped.</summary>
    public static (string Text, bool IsLiteral) PatternOf(JsonElement step, string key)
    {
        JsonElement pattern = step.GetProperty("pattern");
        if (pattern.TryGetProperty("Regex", out JsonElement regex)) return (regex.GetString()!, false);
        if (pattern.TryGetProperty("String", out JsonElement literal)) return (literal.GetString()!, true);
        throw new KeyNotFoundException($"{key}.pattern has neither Regex nor String");
    }

    /// <summary>Steps of a step: those of a sequence with their keys, or the step itself; nothing for null.</summary>
    /// <param name="step">A normalizer, pre-tokenizer or decoder.</param>
    /// <param name="key">Its key, for messages.</param>
    /// <param name="list">Key of the list in a sequence.</param>
    public static IEnumerable<(JsonElement Step, string Key)> StepsOf(JsonElement step, string key, string list)
    {
        if (step.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) return [];
        return TypeOf(step) == "Sequence"
            ? step.GetProperty(list).EnumerateArray().SelectMany((inner, i) => StepsOf(inner, $"{key}.{list}[{i}]", list))
            : [(step, key)];
    }

    /// <summary>The <c>type</c> of an object.</summary>
    public static string TypeOf(JsonElement element) => element.GetProperty("type").GetString()!;

    /// <summary>The <c>type</c> of an object, or "missing".</summary>
    public static string Describe(JsonElement element) => element.ValueKind == JsonValueKind.Object ? TypeOf(element) : "missing";

    /// <summary>The value of a key, or undefined.</summary>
    public static JsonElement Child(JsonElement parent, string key) =>
        parent.TryGetProperty(key, out JsonElement child) ? child : default;

    /// <summary>The truth value of a key, or the fallback where it is missing or null.</summary>
    public static bool Flag(JsonElement parent, string key, bool fallback) =>
        Child(parent, key) is { ValueKind: JsonValueKind.True or JsonValueKind.False } flag ? flag.GetBoolean() : fallback;

    /// <summary>The text of a key, or null where it is missing or null.</summary>
    public static string? Text(JsonElement parent, string key) =>
        Child(parent, key) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
