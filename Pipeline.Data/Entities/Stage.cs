using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Pipeline.Data.Entities;

/// <summary>
/// Name of a step of a run, as <c>Extract</c> or <c>VerifyRows</c>. Stored with items and queue entries; JSON and the command line
/// write it in snake case (<c>verify_rows</c>). The table of definitions lists the stages that exist.
/// </summary>
/// <param name="Name">Letters and digits in Pascal case, at most 32.</param>
[JsonConverter(typeof(StageJsonConverter))]
public readonly record struct Stage(string Name) : IParsable<Stage>
{
    /// <summary>Most characters that are stored.</summary>
    public const int MaxLength = 32;

    /// <summary>The name as written in JSON, on the command line and in addresses.</summary>
    public string SnakeName => JsonNamingPolicy.SnakeCaseLower.ConvertName(Name);

    /// <inheritdoc />
    public override string ToString() => Name;

    /// <summary>Reads <c>VerifyRows</c>, <c>verify_rows</c> or <c>verify-rows</c>.</summary>
    /// <exception cref="FormatException">Not a name.</exception>
    public static Stage Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out Stage stage) ? stage : throw new FormatException($"'{s}' is not the name of a stage");

    /// <summary>Reads <c>VerifyRows</c>, <c>verify_rows</c> or <c>verify-rows</c>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Stage result)
    {
        result = default;
        if (string.IsNullOrEmpty(s) || s.Length > 2 * MaxLength) return false;
        string name = string.Concat(s.Split('_', '-').Where(word => word.Length > 0)
            .Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
        if (name.Length is 0 or > MaxLength || !name.All(char.IsAsciiLetterOrDigit)) return false;
        result = new Stage(name);
        return true;
    }

    private sealed class StageJsonConverter : JsonConverter<Stage>
    {
        public override Stage Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && TryParse(reader.GetString(), null, out Stage stage)
                ? stage
                : throw new JsonException("expected the name of a stage");

        public override void Write(Utf8JsonWriter writer, Stage value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.SnakeName);

        public override Stage ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Read(ref reader, typeToConvert, options);

        public override void WriteAsPropertyName(Utf8JsonWriter writer, Stage value, JsonSerializerOptions options) =>
            writer.WritePropertyName(value.SnakeName);
    }
}
