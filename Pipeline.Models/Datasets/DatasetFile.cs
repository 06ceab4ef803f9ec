using System.Text.Json;
using System.Text.Unicode;

namespace Pipeline.Models.Datasets;

/// <summary>Reads the objects of a JSON array or of JSON Lines, with or without byte-order mark, one by one.</summary>
internal static class DatasetFile
{
    private static readonly byte[] Utf8Mark = [0xEF, 0xBB, 0xBF];

    /// <exception cref="InputException">Missing, empty, not UTF-8 JSON; names the file and the line.</exception>
    public static IReadOnlyList<DatasetRow> Read(string path)
    {
        if (!File.Exists(path)) throw new InputException($"{path}: not found; name a JSON or JSON Lines dataset file");
        ReadOnlyMemory<byte> bytes = File.ReadAllBytes(path);
        if (bytes.Span.StartsWith((byte[])[0xFF, 0xFE]) || bytes.Span.StartsWith((byte[])[0xFE, 0xFF]))
            throw new InputException($"{path}: is UTF-16; save it as UTF-8");
        if (bytes.Span.StartsWith(Utf8Mark)) bytes = bytes[Utf8Mark.Length..];

        if (!Utf8.IsValid(bytes.Span)) throw new InputException(
            $"{path}: line {LineOfFirstFault(bytes.Span)}: is not UTF-8; save the file as UTF-8");

        int first = bytes.Span.IndexOfAnyExcept(" \t\r\n"u8);
        List<DatasetRow> rows = first < 0 ? [] : bytes.Span[first] == '[' ? ReadArray(path, bytes) : ReadLines(path, bytes);
        return rows.Count > 0 ? rows : throw new InputException($"{path}: holds no examples");
    }

    private static List<DatasetRow> ReadLines(string path, ReadOnlyMemory<byte> bytes)
    {
        List<DatasetRow> rows = new();
        for (int line = 1; bytes.Length > 0; line++)
        {
            int end = bytes.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> text = end < 0 ? bytes : bytes[..end];
            bytes = end < 0 ? default : bytes[(end + 1)..];
            if (text.Span.IndexOfAnyExcept(" \t\r"u8) >= 0) rows.Add(Parse(path, line, text));
        }
        return rows;
    }

    private static List<DatasetRow> ReadArray(string path, ReadOnlyMemory<byte> bytes)
    {
        List<DatasetRow> rows = new();
        int line = 1, counted = 0;
        try
        {
            Utf8JsonReader reader = new(bytes.Span);
            while (reader.Read())
            {
                if (reader.CurrentDepth != 1 || reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray) continue;
                int start = (int)reader.TokenStartIndex;
                reader.Skip();
                line += bytes.Span[counted..start].Count((byte)'\n');
                counted = start;
                rows.Add(Parse(path, line, bytes[start..(int)reader.BytesConsumed]));
            }
        }
        catch (JsonException e)
        {
            throw new InputException($"{path}: line {e.LineNumber + 1}: not JSON: {e.Message}", e);
        }
        return rows;
    }

    private static int LineOfFirstFault(ReadOnlySpan<byte> bytes)
    {
        // No byte of a multi-byte character is a line break, so each line is valid or invalid by itself.
        int line = 1;
        foreach (Range range in bytes.Split((byte)'\n'))
        {
            if (!Utf8.IsValid(bytes[range])) break;
            line++;
        }
        return line;
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

    private static DatasetRow Parse(string path, int line, ReadOnlyMemory<byte> text)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(text);
            if (HoldsHalfCharacter(json.RootElement, text.Span))
                throw new InputException(
                    $"{path}: line {line}: holds a \\u escape that is half of a character; write the character itself");
            return json.RootElement.ValueKind == JsonValueKind.Object
                ? new DatasetRow(path, line, json.RootElement.Clone())
                : throw new InputException(
                $"{path}: line {line}: is a {DatasetRow.KindName(json.RootElement)}; expected an object with the columns of an example");
        }
        catch (JsonException e)
        {
            throw new InputException(
                $"{path}: line {line}: not JSON at byte {e.BytePositionInLine + 1}; every line must be one whole object", e);
        }
    }
}
