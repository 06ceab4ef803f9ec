using System.Text.Encodings.Web;
using System.Text.Json;
using Pipeline.Jobs.Dataset.Rows;

namespace Pipeline.Jobs.Dataset.Files;

/// <summary>Writes a row in the columns of a format, as LLaMA-Factory names them.</summary>
internal static class RowShape
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static RowKind KindOf(Row row) => row.Type switch
    {
        RowType.Text => RowKind.Text,
        RowType.Preference => row.Rejected is not null && row.Answer.Length > 0 ? RowKind.Pair : RowKind.Marked,
        _ when row.Image is { Length: > 0 } => RowKind.Image,
        _ when row.Tools is not null || row.Messages.Any(m => m.Role is "tool" or "tool_call") => RowKind.Tools,
        _ => RowKind.Instruction,
    };

    /// <summary>Whether the format has columns for the row.</summary>
    public static bool Fits(Row row, RowFormat format) => format switch
    {
        RowFormat.Text => row.Type == RowType.Text,
        RowFormat.Alpaca or RowFormat.Csv => row.Tools is null && row.Messages.All(m => m.Role is not ("tool" or "tool_call")),
        _ => true,
    };

    /// <summary>One line with its line end.</summary>
    public static void WriteLine(Stream output, Row row, RowFormat format, bool provenance)
    {
        using (Utf8JsonWriter json = new(output, Readable))
        {
            json.WriteStartObject();
            if (KindOf(row) == RowKind.Text) json.WriteString("text", row.Text);
            else if (format == RowFormat.Alpaca) WriteAlpaca(json, row);
            else WriteConversation(json, row, format == RowFormat.Sharegpt);
            if (provenance)
                foreach ((string name, string value) in RowColumns.Of(row))
                    json.WriteString(name, value);
            json.WriteEndObject();
        }
        output.WriteByte((byte)'\n');
    }

    /// <summary>The system message, earlier questions with answers, and the last question; tool messages are not among them.</summary>
    public static (string? System, (string Question, string Answer)[] History, string Question) Turns(Row row)
    {
        RowMessage[] turns = [.. row.Messages.Where(m => m.Role is "user" or "assistant").Select(m => m)];
        RowMessage[] earlier = turns.Length > 2 ? turns[..^2] : [];
        return (row.Messages is [{ Role: "system", Content: { Length: > 0 } system }, ..] ? system : null,
            [.. earlier.Chunk(2).Where(pair => pair.Length == 2).Select(pair => (pair[0].Content, pair[1].Content))], row.Question);
    }

    /// <summary>The answer to train or to judge: of a marked row the one that it marks.</summary>
    public static string AnswerOf(Row row) => KindOf(row) == RowKind.Marked && row.Rejected is { } unwanted ? unwanted : row.Answer;

    private static void WriteAlpaca(Utf8JsonWriter json, Row row)
    {
        (string? system, (string Question, string Answer)[] history, string question) = Turns(row);
        RowKind kind = KindOf(row);
        json.WriteString("instruction", question);
        json.WriteString("input", "");
        if (kind == RowKind.Pair)
        {
            json.WriteString("chosen", row.Answer);
            json.WriteString("rejected", row.Rejected);
        }
        else
        {
            json.WriteString("output", AnswerOf(row));
        }
        if (system is not null) json.WriteString("system", system);
        if (history.Length > 0)
        {
            json.WriteStartArray("history");
            foreach ((string asked, string answered) in history)
            {
                json.WriteStartArray();
                json.WriteStringValue(asked);
                json.WriteStringValue(answered);
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
        WriteExtras(json, row, kind);
    }

    private static void WriteConversation(Utf8JsonWriter json, Row row, bool sharegpt)
    {
        RowKind kind = KindOf(row);
        IEnumerable<RowMessage> messages = row.Messages.Where(m => m.Role != "system" || m.Content.Length > 0);
        if (sharegpt) messages = messages.Where(m => m.Role != "system");
        if (kind == RowKind.Pair) messages = messages.SkipLast(1);
        if (kind == RowKind.Marked) messages = messages.SkipLast(1).Append(new RowMessage("assistant", AnswerOf(row)));
        json.WriteStartArray(sharegpt ? "conversations" : "messages");
        foreach (RowMessage message in messages) WriteMessage(json, message, sharegpt);
        json.WriteEndArray();
        if (kind == RowKind.Pair)
        {
            json.WritePropertyName("chosen");
            WriteMessage(json, new RowMessage("assistant", row.Answer), sharegpt);
            json.WritePropertyName("rejected");
            WriteMessage(json, new RowMessage("assistant", row.Rejected!), sharegpt);
        }
        if (sharegpt && Turns(row).System is { } system) json.WriteString("system", system);
        if (row.Tools is not null) json.WriteString("tools", row.Tools);
        WriteExtras(json, row, kind);
    }

    private static void WriteMessage(Utf8JsonWriter json, RowMessage message, bool sharegpt)
    {
        json.WriteStartObject();
        json.WriteString(sharegpt ? "from" : "role", sharegpt ? SharegptRole(message.Role) : message.Role);
        json.WriteString(sharegpt ? "value" : "content", message.Content);
        json.WriteEndObject();
    }

    private static string SharegptRole(string role) => role switch
    {
        "user" => "human",
        "assistant" => "gpt",
        "tool_call" => "function_call",
        "tool" => "observation",
        _ => role,
    };

    private static void WriteExtras(Utf8JsonWriter json, Row row, RowKind kind)
    {
        if (kind == RowKind.Marked) json.WriteBoolean("kto_tag", row.Rejected is null);
        if (row.Image is not { Length: > 0 }) return;
        json.WriteStartArray("images");
        foreach (string image in RowImages.Of(row)) json.WriteStringValue(image);
        json.WriteEndArray();
    }
}
