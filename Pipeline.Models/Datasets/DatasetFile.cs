using System.Text.Json;
using System.Text.Unicode;

namespace Pipeline.Models.Datasets;

/// <summary>
/// Reads the objects of a JSON array, of JSON Lines, or of an object that wraps them (<c>{"data": […]}</c>), one by one. Packed files
/// and other encodings are read too (<see cref="DatasetBytes"/>).
/// </summary>
internal static class DatasetFile
{
    private static readonly string[] Wrappers = ["data", "rows", "examples", "instances", "train", "qa_pairs"];

    private static readonly JsonReaderOptions Lenient = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip };

    private static readonly JsonDocumentOptions LenientDocument = new()
    {
        AllowTrailingCommas = true,
        CommentHandling = JsonCommentHandling.Skip,
    };

    /// <summary>All rows; the first one that cannot be read stops.</summary>
    /// <exception cref="InputException">Missing, empty, not JSON; names the file and the line.</exception>
    public static IReadOnlyList<DatasetRow> Read(string path)
    {
        IReadOnlyList<DatasetItem> items = ReadItems(path, strict: true);
        return items.Count > 0 ? [.. items.Select(item => item.Row!)] : throw new InputException($"{path}: holds no examples");
    }

    /// <summary>All places where rows stand or should stand.</summary>
    /// <param name="path">The file.</param>
    /// <param name="strict">The first row that cannot be read stops.</param>
    /// <param name="encoding">As for <see cref="DatasetBytes.Read"/>.</param>
    /// <exception cref="InputException">The file cannot be read at all, or with <paramref name="strict"/> a row.</exception>
    public static IReadOnlyList<DatasetItem> ReadItems(string path, bool strict, string? encoding = null)
    {
        ReadOnlyMemory<byte> bytes = DatasetBytes.Read(path, encoding);
        int first = bytes.Span.IndexOfAnyExcept(" \t\r\n"u8);
        if (first < 0) return [];
        if (bytes.Span[first] == '[') return ReadArray(path, bytes, strict);
        return Wrapped(path, bytes) is { } rows ? rows : ReadLines(path, bytes, strict);
    }

    private static List<DatasetItem> ReadLines(string path, ReadOnlyMemory<byte> bytes, bool strict)
    {
        List<DatasetItem> rows = new();
        for (int line = 1; bytes.Length > 0; line++)
        {
            int end = bytes.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> text = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (text.Span.IndexOfAnyExcept(" \t\r"u8) >= 0) rows.AddRange(Parse(path, line, text, strict));
        }
        return rows;
    }

    private static List<DatasetItem> ReadArray(string path, ReadOnlyMemory<byte> bytes, bool strict)
    {
        List<DatasetItem> rows = new();
        int line = 1, counted = 0;
        try
        {
            Utf8JsonReader reader = new(bytes.Span, Lenient);
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray) continue;
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                line += bytes.Span[counted..start].Count((byte)'\n');
                counted = start;
                rows.AddRange(Parse(path, line, bytes[start..(int)reader.BytesConsumed], strict));
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)  // the second for bytes that are not UTF-8
        {
            int fault = e is JsonException { LineNumber: { } at } ? (int)at + 1 : DatasetBytes.LineOfFirstFault(bytes.Span);
            if (strict) throw new InputException($"{path}: line {fault}: not JSON: {e.Message}", e);
            return ReadBrokenArray(path, bytes);
        }
        return rows;
    }

    /// <summary>
    /// The objects of an array that is not JSON as a whole: each is read up to its closing brace. Where one does not end before a line
    /// breaks inside a text, reading goes on with the next line that begins an object.
    /// </summary>
    private static List<DatasetItem> ReadBrokenArray(string path, ReadOnlyMemory<byte> bytes)
    {
        List<DatasetItem> rows = new();
        ReadOnlySpan<byte> span = bytes.Span;
        int line = 1;
        for (int at = 0; at < span.Length;)
        {
            if (span[at] != '{')
            {
                if (span[at] == '\n') line++;
                at++;
                continue;
            }
            int end = EndOfObject(span, at);
            bool isWhole = end > 0;
            end = Math.Abs(end);
            rows.AddRange(isWhole ? Parse(path, line, bytes[at..end], strict: false)
                : [new DatasetItem(line, null, "not JSON: the row does not end")]);
            line += span[at..end].Count((byte)'\n');
            at = end;
        }
        return rows;
    }

    /// <summary>Index after the object's closing brace; negative, where to go on, if it has none.</summary>
    private static int EndOfObject(ReadOnlySpan<byte> span, int start)
    {
        int depth = 0;
        bool inText = false;
        for (int i = start; i < span.Length; i++)
        {
            byte b = span[i];
            if (inText)
            {
                if (b == '\\') i++;
                else if (b == '"') inText = false;
                else if (b == '\n') return -i;
            }
            else if (b == '"') inText = true;
            else if (b is (byte)'{' or (byte)'[') depth++;
            else if (b is (byte)'}' or (byte)']' && --depth == 0) return i + 1;
        }
        return -span.Length;
    }

    private static DatasetItem[]? Wrapped(string path, ReadOnlyMemory<byte> bytes)
    {
        JsonElement root;
        try
        {
            using JsonDocument json = JsonDocument.Parse(bytes, LenientDocument);
            root = json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;                    // lines
        }
        if (root.ValueKind != JsonValueKind.Object || HoldsHalfCharacter(root, bytes.Span)) return null;
        return [.. Unwrap(path, 1, root)];
    }

    /// <summary>The rows of an object that wraps a list of them, or the object itself.</summary>
    private static IEnumerable<DatasetItem> Unwrap(string path, int line, JsonElement row)
    {
        foreach (string name in Wrappers)
            if (row.TryGetProperty(name, out JsonElement list) && list.ValueKind == JsonValueKind.Array
                && list.GetArrayLength() > 0 && list[0].ValueKind == JsonValueKind.Object)
                return list.EnumerateArray().Select((element, i) => element.ValueKind == JsonValueKind.Object
                    ? new DatasetItem(line + i, new DatasetRow(path, i + 1, element, $"{name} row"))
                    : new DatasetItem(line + i, null, NoObject(element)));
        return [new DatasetItem(line, new DatasetRow(path, line, row))];
    }

    // JSON may escape the two halves of a character separately; one half alone is text that no string can hold.
    private static bool HoldsHalfCharacter(JsonElement json, ReadOnlySpan<byte> text)
    {
        if (text.IndexOf("\\ud"u8) < 0 && text.IndexOf("\\uD"u8) < 0) return false;
        try
        {
            JsonSerializer.Serialize(json);
            return false;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return true;
        }
    }

    private static DatasetItem[] Parse(string path, int line, ReadOnlyMemory<byte> text, bool strict)
    {
        string fault;
        try
        {
            if (!Utf8.IsValid(text.Span)) fault = "is not UTF-8; save the file as UTF-8";
            else
            {
                using JsonDocument json = JsonDocument.Parse(text, LenientDocument);
                JsonElement row = json.RootElement;
                if (HoldsHalfCharacter(row, text.Span))
                    fault = "holds a \\u escape that is half of a character; write the character itself";
                else if (row.ValueKind == JsonValueKind.Object) return [.. Unwrap(path, line, row.Clone())];
                else fault = NoObject(row);
            }
        }
        catch (JsonException e)
        {
            fault = $"not JSON at byte {e.BytePositionInLine + 1}; every line must be one whole object";
        }
        return strict ? throw new InputException($"{path}: line {line}: {fault}") : [new DatasetItem(line, null, fault)];
    }

    private static string NoObject(JsonElement value) =>
        $"is a {DatasetRow.KindName(value)}; expected an object with the columns of an example";
}
