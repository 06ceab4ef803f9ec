using System.Text.Json;

namespace Pipeline.Models.Datasets;

/// <summary>Turns rows into examples. Reference: hiyouga/LLaMA-Factory, src/llamafactory/data/converter.py.</summary>
internal static class ExampleReader
{
    /// <exception cref="InputException">
    /// No question or no answer, or a row that the supervised trainer cannot learn from; names file, line and field.
    /// </exception>
    public static InstructionExample Read(DatasetRow row, DatasetColumns columns)
    {
        RefuseWhatIsNotSupervised(row, columns);
        return columns.IsConversation ? ReadConversation(row, columns)
            : columns.IsText ? ReadText(row, columns.Instruction)
            : IsText(row, columns) ? ReadText(row, "text")
            : ReadAlpaca(row, columns);
    }

    private static InstructionExample ReadText(DatasetRow row, string column) => row.Text(column) is { Length: > 0 } text
        ? new InstructionExample("", "", "") { Text = text }
        : throw row.Error(column, "is missing or empty; give the text to continue or remove the row");

    private static bool IsText(DatasetRow row, DatasetColumns columns) => row.Value("text").ValueKind == JsonValueKind.String
        && row.Value(columns.Instruction).ValueKind == JsonValueKind.Undefined
        && row.Value(columns.Input).ValueKind == JsonValueKind.Undefined
        && row.Value(columns.Output).ValueKind == JsonValueKind.Undefined;

    // A worse answer would be learned like a better one, and a question about a picture without the picture.
    private static void RefuseWhatIsNotSupervised(DatasetRow row, DatasetColumns columns)
    {
        foreach (string column in (string[])["chosen", "rejected"])
            if (IsOther(column) && row.Value(column).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null))
                throw row.Error(column, "makes it a preference row, and the trainer learns supervised rows only; "
                    + "give the answer alone, or train it with LLaMA-Factory");
        foreach (string column in (string[])["label", "kto_tag"])
            if (IsOther(column) && row.Value(column).ValueKind is JsonValueKind.True or JsonValueKind.False)
                throw row.Error(column, "says whether the answer is wanted, and the trainer learns supervised rows only; "
                    + "leave out rows with unwanted answers and the column, or train it with LLaMA-Factory");
        foreach (string column in (string[])[columns.Images, "videos", "audios"])
            if (row.Value(column) is { ValueKind: JsonValueKind.Array } files && files.GetArrayLength() > 0)
                throw row.Error(column, "is not empty, and the trainer learns text only; leave the row out, or train it with "
                    + "LLaMA-Factory");

        bool IsOther(string column) => column != columns.Instruction && column != columns.Input && column != columns.Output
            && column != columns.System && column != columns.Messages;
    }

    private static InstructionExample ReadAlpaca(DatasetRow row, DatasetColumns columns)
    {
        InstructionExample example = new(row.Text(columns.Instruction), row.Text(columns.Input), row.Text(columns.Output))
        {
            System = NullIfEmpty(row.Text(columns.System)),
            History = ReadHistory(row, columns.History),
        };
        if (example.Question.Length == 0)
            throw row.Error(columns.Instruction, $"is missing or empty, and so is '{columns.Input}'; give the question in one of them");
        if (row.Value(columns.Output).ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            throw row.Error(columns.Output, "is missing; give the answer or remove the row");
        return example;
    }

    private static List<(string Prompt, string Response)> ReadHistory(DatasetRow row, string column)
    {
        List<(string Prompt, string Response)> history = new();
        JsonElement turns = row.Value(column);
        if (turns.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return history;
        if (turns.ValueKind != JsonValueKind.Array) throw row.Error(column, "must be a list of [question, answer] pairs");
        foreach (JsonElement turn in turns.EnumerateArray())
        {
            string[] pair = turn.ValueKind == JsonValueKind.Array
                ? [.. turn.EnumerateArray().Where(part => part.ValueKind == JsonValueKind.String).Select(part => part.GetString()!)]
                : [];
            if (pair.Length != 2) throw row.Error(column, $"has a turn {history.Count + 1} that is not a [question, answer] pair");
            history.Add((pair[0], pair[1]));
        }
        return history;
    }

    private static InstructionExample ReadConversation(DatasetRow row, DatasetColumns columns)
    {
        JsonElement messages = row.Value(columns.Messages);
        if (messages.ValueKind != JsonValueKind.Array) throw row.Error(columns.Messages, "is missing; expected a list of messages");

        string? system = NullIfEmpty(row.Text(columns.System));
        List<string> texts = new();
        int number = 0;
        foreach (JsonElement message in messages.EnumerateArray())
        {
            number++;
            string role = Part(row, columns, message, columns.RoleTag, number);
            string content = Part(row, columns, message, columns.ContentTag, number);
            if (number == 1 && role == columns.SystemTag)
            {
                system = content;
                continue;
            }
            bool isAnswer = texts.Count % 2 == 1;
            bool fits = isAnswer ? role == columns.AssistantTag : role == columns.UserTag || role == columns.ObservationTag;
            if (!fits)
                throw row.Error(columns.Messages,
                    $"has message {number} from '{role}'; expected '{(isAnswer ? columns.AssistantTag : columns.UserTag)}' at this place");
            texts.Add(content);
        }
        if (texts.Count == 0 || texts.Count % 2 != 0)
            throw row.Error(columns.Messages, $"must end with an answer of '{columns.AssistantTag}'");

        return new InstructionExample(texts[^2], "", texts[^1])
        {
            System = system,
            History = [.. texts.SkipLast(2).Chunk(2).Select(turn => (turn[0], turn[1]))],
        };
    }

    private static string Part(DatasetRow row, DatasetColumns columns, JsonElement message, string tag, int number) =>
        message.ValueKind == JsonValueKind.Object && message.TryGetProperty(tag, out JsonElement part)
            && part.ValueKind == JsonValueKind.String
            ? part.GetString()!
            : throw row.Error(columns.Messages, $"has message {number} without the text '{tag}'");

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;
}
