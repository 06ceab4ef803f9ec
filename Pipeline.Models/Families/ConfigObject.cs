using System.Text.Json;

namespace Pipeline.Models.Families;

/// <summary>Typed reading of a JSON object of <c>config.json</c>; every error names file, key, found and expected.</summary>
internal sealed class ConfigObject(JsonElement element, string source, string path = "")
{
    public bool Has(string key) => Find(key) is not null;

    /// <summary>Whether the key is present, even with a null: a missing key can mean something other than null.</summary>
    public bool Names(string key) => element.TryGetProperty(key, out _);

    public ConfigObject Object(string key) => Find(key) is { ValueKind: JsonValueKind.Object } value
        ? new ConfigObject(value, source, $"{path}{key}.") : throw Wrong(key, "an object");

    public string String(string key) => OptionalString(key) ?? throw Wrong(key, "a text");

    public string? OptionalString(string key) => Find(key) is { } value
        ? value.ValueKind == JsonValueKind.String ? value.GetString() : throw Wrong(key, "a text") : null;

    public int Int(string key) => OptionalInt(key) ?? throw Wrong(key, "a whole number");

    public int Positive(string key) => Int(key) is > 0 and int number ? number : throw Wrong(key, "a positive number");

    public int? OptionalInt(string key) => Find(key) is { } value
        ? value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw Wrong(key, "a whole number") : null;

    public double Double(string key) => OptionalDouble(key) ?? throw Wrong(key, "a number");

    public double? OptionalDouble(string key) => Find(key) is { } value
        ? value.ValueKind == JsonValueKind.Number ? value.GetDouble() : throw Wrong(key, "a number") : null;

    public bool? OptionalBool(string key) => Find(key) is { } value
        ? value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Wrong(key, "true or false") : null;

    /// <summary>One number or a list of them; empty when the key is missing.</summary>
    public IReadOnlyList<int> Ints(string key) => [.. Numbers(key).Select(n => (int)n)];

    public IReadOnlyList<double> Doubles(string key) => Numbers(key);

    /// <summary>A list of strings; empty when the key is missing.</summary>
    public IReadOnlyList<string> Strings(string key) =>
        Find(key) is not { } value ? []
        : value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String)
            ? [.. value.EnumerateArray().Select(e => e.GetString()!)]
            : throw Wrong(key, "a list of texts");

    /// <summary>Refuses any other value of an optional key.</summary>
    public void Require<T>(string key, T expected) where T : notnull
    {
        if (Find(key) is not { } value)
            return;
        string found = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        string wanted = expected is bool flag ? (flag ? "true" : "false") : expected.ToString()!;
        if (found != wanted)
            throw Unsupported(key, found, wanted);
    }

    public InputException Unsupported(string key, string found, string expected) =>
        new($"{source}: {path}{key} is {found}, which this product does not compute; expected {expected}.");

    private InputException Wrong(string key, string expected) =>
        new($"{source}: {path}{key} is {Find(key)?.GetRawText() ?? "missing"}, expected {expected}.");

    private IReadOnlyList<double> Numbers(string key)
    {
        if (Find(key) is not { } value)
            return [];
        if (value.ValueKind == JsonValueKind.Number)
            return [value.GetDouble()];
        if (value.ValueKind != JsonValueKind.Array || value.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.Number))
            throw Wrong(key, "a list of numbers");
        return [.. value.EnumerateArray().Select(e => e.GetDouble())];
    }

    // A null counts as missing, as in transformers.
    private JsonElement? Find(string key) =>
        element.TryGetProperty(key, out JsonElement value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
