using System.Text.Json;

namespace Pipeline.Models.Datasets;

/// <summary>
/// Turns rows in any of the usual columns into one form: alpaca, prompt and completion, question and answer, sharegpt, OpenAI's messages,
/// plain text, pairs and marks of preference, pictures.
/// </summary>
internal static class UserRowReader
{
    private static readonly string[] Conversations = ["messages", "conversations", "conversation", "dialog", "turns"];
    private static readonly string[] Questions = ["instruction", "prompt", "question", "query", "problem", "user"];
    private static readonly string[] Answers = ["output", "response", "answer", "completion", "solution", "assistant", "answers"];
    private static readonly string[] Texts = ["text", "content"];
    private static readonly string[] OtherMedia = ["videos", "audios", "video", "audio"];

    /// <param name="row">The row.</param>
    /// <param name="columns">What <c>dataset_info.json</c> says of the file, or null to go by the names of the columns.</param>
    /// <exception cref="InputException">Nothing to learn, or a value of the wrong kind; names file, line and field.</exception>
    public static UserRow Read(DatasetRow row, DatasetColumns? columns)
    {
        foreach (string media in OtherMedia)
            if (Has(row, media) && row.Value(media).ValueKind is (JsonValueKind.Array or JsonValueKind.String))
                throw row.Error(media, "holds sound or film, which no part of this product reads");
        return (TextColumn(row, columns) is { } text
            ? new UserRow(row.Line)
            {
                Text = row.Text(text) is { Length: > 0 } whole && whole.Trim().Length > 0 ? whole
                    : throw row.Error(text, "is empty; give the text to continue or remove the row"),
            }
            : WithPreference(row, columns, Conversation(row, columns))) with
        {
            Columns = Plain(row),
        };
    }

    private static UserRow Conversation(DatasetRow row, DatasetColumns? columns)
    {
        UserMessages messages = new(row);
        string? system = Text(row, columns?.System ?? "system");
        if (system is not null) messages.Add("system", system);
        string list = columns is not null ? columns.IsConversation ? columns.Messages : ""
            : Conversations.FirstOrDefault(name => row.Value(name).ValueKind == JsonValueKind.Array) ?? "";
        string passage = "";
        bool endsOpen = Chosen(row, columns) is not null || Rejected(row, columns) is not null;
        if (list.Length > 0) messages.AddAll(list, row.Value(list), columns);
        else passage = AddQuestion(row, columns, messages, endsOpen);
        List<string> images = [.. messages.Images, .. Images(row, columns?.Images ?? (Has(row, "images") ? "images" : "image"))];
        string? tools = row.Value(columns?.Tools ?? "tools") is { ValueKind: JsonValueKind.String or JsonValueKind.Array } given
            ? given.ValueKind == JsonValueKind.String ? given.GetString() : given.GetRawText() : null;
        messages.Check(list.Length > 0 ? list : "messages", endsOpen);
        return new UserRow(row.Line)
        {
            Messages = messages.WithPictures(images.Count),
            Images = images,
            Tools = string.IsNullOrWhiteSpace(tools) || tools == "[]" ? null : tools,
            Passage = passage,
        };
    }

    /// <returns>The passage.</returns>
    private static string AddQuestion(DatasetRow row, DatasetColumns? columns, UserMessages messages, bool endsOpen)
    {
        string question = columns?.Instruction ?? Questions.FirstOrDefault(name => Has(row, name)) ?? "instruction";
        string answer = columns?.Output ?? Answers.FirstOrDefault(name => row.Value(name).ValueKind != JsonValueKind.Undefined) ?? "output";
        string passage = columns?.Input ?? (Has(row, "input") ? "input" : Has(row, "context") ? "context" : "input");
        messages.AddHistory(columns?.History ?? "history");
        string input = "";
        if (row.Value(question).ValueKind == JsonValueKind.Array) messages.AddAll(question, row.Value(question), null);
        else
        {
            string asked = row.Text(question);
            input = passage.Length > 0 && passage != question ? row.Text(passage) : "";
            string whole = asked.Length == 0 ? input : input.Length == 0 ? asked : $"{asked}\n{input}";
            if (whole.Length == 0)
                throw row.Error(question, $"is missing or empty, and so is '{passage}'; give the question in one of them");
            messages.Add("user", whole);
        }
        if (endsOpen) return input;
        JsonElement value = row.Value(answer);
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null)
            throw row.Error(answer, "is missing; give the answer or remove the row");
        if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("text", out JsonElement texts)) value = texts;   // SQuAD's
        if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0 && value[0].ValueKind == JsonValueKind.Object)
            messages.AddAll(answer, value, null);
        else if (value.ValueKind == JsonValueKind.Array)
            messages.Add("assistant", value.EnumerateArray().FirstOrDefault() is { ValueKind: JsonValueKind.String } first
                ? first.GetString()! : throw row.Error(answer, "holds no answer"));
        else messages.Add("assistant", value.ValueKind == JsonValueKind.Object
            ? throw row.Error(answer, "is an object; expected text") : row.Text(answer));
        return input;
    }

    private static UserRow WithPreference(DatasetRow row, DatasetColumns? columns, UserRow read)
    {
        string? chosen = Chosen(row, columns), rejected = Rejected(row, columns);
        if (chosen is not null || rejected is not null)
        {
            if (chosen is null || rejected is null)
                throw row.Error(chosen is null ? "chosen" : "rejected", "is missing; a pair needs both answers");
            string better = UserMessages.AnswerOf(row, chosen), worse = UserMessages.AnswerOf(row, rejected);
            return read with { Messages = [.. read.Messages, new UserMessage("assistant", better)], Rejected = worse, IsPreference = true };
        }
        string mark = columns?.KtoTag is { Length: > 0 } named ? named
            : Has(row, "kto_tag") ? "kto_tag" : "label";
        if (mark == columns?.Output) return read;
        bool wanted;
        switch (row.Value(mark))
        {
            case { ValueKind: JsonValueKind.True or JsonValueKind.False } json:
                wanted = json.GetBoolean();
                break;
            case { ValueKind: JsonValueKind.String } json when bool.TryParse(json.GetString(), out bool parsed):
                wanted = parsed;
                break;
            default:
                return read;
        }
        return wanted ? read with { IsPreference = true } : read with
        {
            IsPreference = true,
            Rejected = read.Messages[^1].Content,
            Messages = [.. read.Messages.SkipLast(1), new UserMessage("assistant", "")],
        };
    }

    private static string? TextColumn(DatasetRow row, DatasetColumns? columns)
    {
        if (columns is not null) return columns.IsText ? columns.Instruction : null;
        bool isExample = Questions.Concat(Answers).Concat(Conversations).Append("input").Append("chosen").Append("rejected")
            .Any(name => Has(row, name));
        return isExample ? null : Texts.FirstOrDefault(name => Has(row, name));
    }

    private static string? Chosen(DatasetRow row, DatasetColumns? columns) => Named(row, columns, columns?.Chosen, "chosen");

    private static string? Rejected(DatasetRow row, DatasetColumns? columns) => Named(row, columns, columns?.Rejected, "rejected");

    private static string? Named(DatasetRow row, DatasetColumns? columns, string? given, string usual)
    {
        string name = columns is null || string.IsNullOrEmpty(given) ? usual : given;
        return Has(row, name) ? name : null;
    }

    private static IEnumerable<string> Images(DatasetRow row, string column)
    {
        JsonElement value = column.Length == 0 ? default : row.Value(column);
        if (value.ValueKind == JsonValueKind.String) return value.GetString() is { Length: > 0 } one ? [one] : [];
        if (value.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return [];
        if (value.ValueKind != JsonValueKind.Array) throw row.Error(column, "must be a path or a list of paths");
        return value.EnumerateArray().Select(image => image switch
        {
            { ValueKind: JsonValueKind.String } => image.GetString()!,
            { ValueKind: JsonValueKind.Object } when image.TryGetProperty("path", out JsonElement path)
                && path.ValueKind == JsonValueKind.String => path.GetString()!,
            _ => throw row.Error(column, "must be a path or a list of paths"),
        });
    }

    private static string? Text(DatasetRow row, string column) =>
        column.Length > 0 && row.Value(column).ValueKind == JsonValueKind.String && row.Text(column) is { Length: > 0 } text ? text : null;

    private static bool Has(DatasetRow row, string column) => row.Value(column) switch
    {
        { ValueKind: JsonValueKind.Undefined or JsonValueKind.Null } => false,
        { ValueKind: JsonValueKind.String } text => text.GetString()!.Length > 0,
        { ValueKind: JsonValueKind.Array } list => list.GetArrayLength() > 0,
        _ => true,
    };

    private static Dictionary<string, string> Plain(DatasetRow row) => row.Keys.Distinct(StringComparer.Ordinal)
        .Where(key => row.Value(key).ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False)
        .ToDictionary(key => key, row.Text, StringComparer.Ordinal);
}
