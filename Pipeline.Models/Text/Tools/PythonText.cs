using System.Text;
using System.Text.Json;
using Pipeline.Models.Runtime.Python;

namespace Pipeline.Models.Text.Tools;

/// <summary>
/// JSON values as Python writes them, since the texts that models learned to call tools with were written by Python:
/// <c>json.dumps(…, ensure_ascii=False)</c> and <c>str</c>.
/// </summary>
internal static class PythonText
{
    private const int MostDepth = 64;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = MostDepth };

    /// <summary>Reads JSON.</summary>
    /// <exception cref="FormatException">The text is not JSON, or nested more than 64 deep.</exception>
    public static JsonElement Parse(string json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, Options);
            return document.RootElement.Clone();
        }
        catch (JsonException e)
        {
            throw new FormatException($"not JSON: {e.Message}", e);
        }
    }

    /// <summary><c>json.dumps(value, ensure_ascii=False)</c>.</summary>
    /// <param name="value">The value.</param>
    /// <param name="indent">Blanks per level, one entry a line; 0 for a single line.</param>
    public static string Dump(JsonElement value, int indent = 0)
    {
        StringBuilder text = new();
        Write(text, value, indent, 0);
        return text.ToString();
    }

    /// <summary>A text with quotes and escapes, letters beyond ASCII as they are.</summary>
    public static string Quote(string value) => new StringBuilder(value.Length + 2).AppendQuoted(value).ToString();

    /// <summary><c>str(value)</c>: a text without quotes, anything else as in a program.</summary>
    public static string Show(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString()! : Represent(value);

    private static string Represent(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null => "None",
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        JsonValueKind.String => Apostrophes(value.GetString()!),
        JsonValueKind.Array => $"[{string.Join(", ", value.EnumerateArray().Select(Represent))}]",
        JsonValueKind.Object =>
            $"{{{string.Join(", ", Entries(value).Select(entry => $"{Apostrophes(entry.Name)}: {Represent(entry.Value)}"))}}}",
        _ => Number(value),
    };

    private static string Apostrophes(string text)
    {
        char quote = text.Contains('\'') && !text.Contains('"') ? '"' : '\'';
        string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)
            .Replace("\r", "\\r", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal);
        return quote + (quote == '\'' ? escaped.Replace("'", "\\'", StringComparison.Ordinal) : escaped) + quote;
    }

    private static void Write(StringBuilder text, JsonElement value, int indent, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteList(text, '{', '}', [.. Entries(value)], indent, depth, entry =>
                {
                    text.AppendQuoted(entry.Name).Append(": ");
                    Write(text, entry.Value, indent, depth + 1);
                });
                break;
            case JsonValueKind.Array:
                WriteList(text, '[', ']', [.. value.EnumerateArray()], indent, depth, item => Write(text, item, indent, depth + 1));
                break;
            case JsonValueKind.String:
                text.AppendQuoted(value.GetString()!);
                break;
            case JsonValueKind.Number:
                text.Append(Number(value));
                break;
            default:
                text.Append(value.ValueKind switch { JsonValueKind.True => "true", JsonValueKind.False => "false", _ => "null" });
                break;
        }
    }

    private static void WriteList<T>(StringBuilder text, char open, char close, T[] items, int indent, int depth, Action<T> write)
    {
        text.Append(open);
        for (int i = 0; i < items.Length; i++)
        {
            if (i > 0) text.Append(indent > 0 ? "," : ", ");
            if (indent > 0) text.Append('\n').Append(' ', indent * (depth + 1));
            write(items[i]);
        }
        if (indent > 0 && items.Length > 0) text.Append('\n').Append(' ', indent * depth);
        text.Append(close);
    }

    // A key that comes twice keeps its first place and its last value.
    private static IEnumerable<(string Name, JsonElement Value)> Entries(JsonElement value)
    {
        Dictionary<string, JsonElement> last = new(StringComparer.Ordinal);
        foreach (JsonProperty property in value.EnumerateObject()) last[property.Name] = property.Value;
        return last.Select(entry => (entry.Key, entry.Value));
    }

    private static string Number(JsonElement value)
    {
        string raw = value.GetRawText();
        if (raw.AsSpan().IndexOfAny('.', 'e', 'E') < 0) return raw == "-0" ? "0" : raw;
        double number = value.GetDouble();
        return double.IsInfinity(number) ? number > 0 ? "Infinity" : "-Infinity" : PythonFloat.Text(number);
    }
}
