using System.Text.Json;
using Pipeline.Models.Text;
using Pipeline.Models.Text.Tools;

namespace Pipeline.Models.Datasets.Declared;

/// <summary>Brings rows of an entry into one form. Reference: hiyouga/LLaMA-Factory, src/llamafactory/data/converter.py.</summary>
/// <param name="entry">What the file holds.</param>
internal sealed class RowConverter(DatasetEntry entry)
{
    private const string JoinedTools = "\n</tool_response>\n<tool_response>\n", Thinking = "detailed thinking ";

    /// <summary>The row; one that cannot be used comes back with the reason.</summary>
    /// <exception cref="InputException">The row has pictures, sound or films, which a training of text cannot leave out.</exception>
    public ConvertedRow Convert(DatasetRow row, int number)
    {
        try
        {
            foreach (string? column in (string?[])[entry.Images, entry.Videos, entry.Audios])
                if (column is not null && HasMedia(row.Value(column)))
                    throw new MediaInputException(row.Error(column, "is not empty, and a template of text has no place for it; leave the "
                        + "row out, or do not declare the column").Message);
            return entry.Formatting == "alpaca" ? Alpaca(row, number) : Conversation(row, number);
        }
        catch (RowFaultException e)
        {
            // What a system message becomes does not depend on the turns, and other rows are paired with this one.
            return new ConvertedRow(number) { Fault = e.Message, System = e.System, Tools = e.Tools };
        }
    }

    private ConvertedRow Alpaca(DatasetRow row, int number)
    {
        List<ChatMessage> prompt = new();
        if (entry.History is { } history && row.Value(history) is { ValueKind: JsonValueKind.Array } turns)
            foreach (JsonElement turn in turns.EnumerateArray())
            {
                if (turn.ValueKind != JsonValueKind.Array || turn.GetArrayLength() != 2
                    || turn.EnumerateArray().Any(part => part.ValueKind != JsonValueKind.String))
                    throw new RowFaultException($"'{history}' has a turn that is not a [question, answer] pair");
                prompt.Add(new ChatMessage("user", turn[0].GetString()!));
                prompt.Add(new ChatMessage("assistant", turn[1].GetString()!));
            }
        string[] question = [.. new[] { entry.Prompt, entry.Query }.OfType<string>().Select(column => Words(row, column))
            .Where(text => text.Length > 0)];
        prompt.Add(new ChatMessage("user", string.Join('\n', question)));
        string? system = entry.System is { } column ? TextOrNull(row, column) : "", tools = Tools(row);
        string? unanswered = null;
        IReadOnlyList<ChatMessage> response = entry.KtoTag is { } tag && IsFlag(row.Value(tag))
            ? Marked(Answer(row, entry.Response), row.Value(tag).ValueKind == JsonValueKind.True)
            : Pair(row) ?? (IsText(row, entry.Response) ? [Answer(row, entry.Response)] : []);
        if (response.Count == 0 && !entry.IsText)
            unanswered = entry.Response is { } missing ? $"'{missing}' is {KindOf(row, missing)}; expected text" : "it has no answer";
        return new ConvertedRow(number)
        {
            Prompt = prompt,
            Response = response,
            System = system,
            Tools = tools,
            IsText = entry.IsText,
            Fault = unanswered,
        };
    }

    private ConvertedRow Conversation(DatasetRow row, int number)
    {
        JsonElement list = row.Value(entry.Messages!);
        JsonElement[] given = list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()]
            : throw new RowFaultException($"'{entry.Messages}' is {KindOf(row, entry.Messages!)}; expected a list of messages");
        string? system = entry.System is { } column ? TextOrNull(row, column) : "", tools = Tools(row);
        if (given.Length > 0 && RoleOf(given[0]) is { } first && first == entry.SystemTag)
        {
            system = TextOf(given[0], "message 1") ?? "";
            given = given[1..];
        }
        if (entry.Formatting == "openai") system = WithThinking(system, tools);
        try
        {
            List<ChatMessage> messages = entry.Formatting == "openai" ? OpenAi(given) : ShareGpt(given);
            CheckOrder(messages);
            if (entry.KtoTag is { } tag && IsFlag(row.Value(tag)))
                return Row(messages[..^1], Marked(messages[^1], row.Value(tag).ValueKind == JsonValueKind.True));
            return Pair(row) is { } pair ? Row(messages, pair) : Row(messages[..^1], messages[^1..]);
        }
        catch (RowFaultException e)
        {
            throw new RowFaultException(e.Message) { System = system, Tools = tools };
        }

        ConvertedRow Row(IReadOnlyList<ChatMessage> prompt, IReadOnlyList<ChatMessage> response) =>
            new(number) { Prompt = prompt, Response = response, System = system, Tools = tools };
    }

    private List<ChatMessage> ShareGpt(JsonElement[] given)
    {
        List<ChatMessage> messages = new();
        foreach (JsonElement message in given)
            messages.Add(new ChatMessage(KnownRole(message, messages.Count), Content(message, messages.Count)));
        return messages;
    }

    private List<ChatMessage> OpenAi(JsonElement[] given)
    {
        List<ChatMessage> messages = new();
        List<string> results = new();
        for (int i = 0; i < given.Length; i++)
        {
            string role = KnownRole(given[i], i);
            if (role == "observation")
            {
                results.Add(Content(given[i], i));
                continue;
            }
            if (results.Count > 0) messages.Add(new ChatMessage("observation", string.Join(JoinedTools, results)));
            results.Clear();
            bool calls = role is "assistant" or "function" && given[i].TryGetProperty("tool_calls", out JsonElement list)
                && list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > 0;
            messages.Add(calls ? new ChatMessage("function", CallsOf(given[i].GetProperty("tool_calls"), i))
                : new ChatMessage(role, Content(given[i], i)));
        }
        return messages;
    }

    private static string CallsOf(JsonElement calls, int at) => $"[{string.Join(", ", calls.EnumerateArray().Select(call =>
        call.ValueKind == JsonValueKind.Object && call.TryGetProperty("function", out JsonElement function) ? PythonText.Dump(function)
            : throw new RowFaultException($"message {at + 1} has a call without 'function'")))}]";

    private void CheckOrder(List<ChatMessage> messages)
    {
        for (int i = 0; i < messages.Count; i++)
        {
            string role = messages[i].Role;
            bool fits = i % 2 == 0 ? role is "user" or "observation" : role is "assistant" or "function";
            if (!fits) throw new RowFaultException(
                $"'{entry.Messages}' has '{role}' as message {i + 1}, where {(i % 2 == 0 ? "a question" : "an answer")} is expected");
        }
        if (entry.Ranking ? messages.Count % 2 == 0 : messages.Count % 2 != 0 || messages.Count == 0)
            throw new RowFaultException(messages.Count == 0 ? $"'{entry.Messages}' holds no message"
                : $"'{entry.Messages}' has {messages.Count} messages; expected {(entry.Ranking ? "an odd number, the answers apart"
                    : "questions and answers in turn")}");
    }

    // Two answers, the better one first; null where the row has none such.
    private IReadOnlyList<ChatMessage>? Pair(DatasetRow row)
    {
        if (!entry.Ranking || entry.Chosen is not { } chosen || entry.Rejected is not { } rejected) return null;
        if (entry.Formatting == "alpaca")
            return IsText(row, chosen) && IsText(row, rejected) ? [Answer(row, chosen), Answer(row, rejected)] : null;
        JsonElement better = row.Value(chosen), worse = row.Value(rejected);
        if (better.ValueKind != JsonValueKind.Object || worse.ValueKind != JsonValueKind.Object) return null;
        return [new ChatMessage(KnownRole(better, 0), Content(better, 0)), new ChatMessage(KnownRole(worse, 0), Content(worse, 0))];
    }

    // The wanted answer stands first, the other second; the missing one is empty.
    private static ChatMessage[] Marked(ChatMessage answer, bool wanted)
    {
        ChatMessage nothing = new("assistant", "");
        return wanted ? [answer, nothing] : [nothing, answer];
    }

    private static string? WithThinking(string? system, string? tools)
    {
        bool hasTools = !string.IsNullOrEmpty(tools);
        if (string.IsNullOrEmpty(system)) return hasTools ? system : Thinking + "off";
        if (hasTools) return system + "\n";
        return system.Contains(Thinking + "on", StringComparison.Ordinal) || system.Contains(Thinking + "off", StringComparison.Ordinal)
            ? system : $"{system}\n{Thinking}off";
    }

    private string KnownRole(JsonElement message, int at)
    {
        string role = RoleOf(message) ?? throw new RowFaultException($"message {at + 1} has no '{entry.RoleTag}'");
        return role == entry.UserTag ? "user" : role == entry.AssistantTag ? "assistant" : role == entry.ObservationTag ? "observation"
            : role == entry.FunctionTag ? "function" : role == entry.SystemTag ? "system"
            : throw new RowFaultException($"message {at + 1} is from '{role}', which none of the tags names");
    }

    private string? RoleOf(JsonElement message) => message.ValueKind == JsonValueKind.Object
        && message.TryGetProperty(entry.RoleTag!, out JsonElement role) && role.ValueKind == JsonValueKind.String ? role.GetString() : null;

    private string Content(JsonElement message, int at) => TextOf(message, $"message {at + 1}")
        ?? throw new RowFaultException($"message {at + 1} has no text in '{entry.ContentTag}'");

    private string? TextOf(JsonElement message, string which)
    {
        if (message.ValueKind != JsonValueKind.Object || !message.TryGetProperty(entry.ContentTag!, out JsonElement content)) return null;
        return content.ValueKind switch
        {
            JsonValueKind.String => content.GetString(),
            JsonValueKind.Null => null,
            _ => throw new RowFaultException($"{which} has a {DatasetRow.KindName(content)} in '{entry.ContentTag}'; expected text"),
        };
    }

    private string? Tools(DatasetRow row)
    {
        if (entry.Tools is not { } column) return "";
        JsonElement tools = row.Value(column);
        return tools.ValueKind is JsonValueKind.Array or JsonValueKind.Object ? PythonText.Dump(tools) : TextOrNull(row, column);
    }

    private static ChatMessage Answer(DatasetRow row, string? column) => new("assistant", column is not null && IsText(row, column)
        ? row.Text(column) : throw new RowFaultException($"'{column}' is {KindOf(row, column ?? "")}; expected text"));

    private static string Words(DatasetRow row, string column) => TextOrNull(row, column) ?? "";

    private static string? TextOrNull(DatasetRow row, string column) => row.Value(column).ValueKind switch
    {
        JsonValueKind.String => row.Text(column),
        JsonValueKind.Undefined or JsonValueKind.Null => null,
        _ => throw new RowFaultException($"'{column}' is {KindOf(row, column)}; expected text"),
    };

    private static bool IsText(DatasetRow row, string? column) =>
        column is not null && row.Value(column).ValueKind == JsonValueKind.String;

    private static bool IsFlag(JsonElement value) => value.ValueKind is JsonValueKind.True or JsonValueKind.False;

    private static bool HasMedia(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Undefined or JsonValueKind.Null => false,
        JsonValueKind.String => value.GetString()!.Length > 0,
        _ => true,
    };

    private static string KindOf(DatasetRow row, string column) => row.Value(column) is { ValueKind: not JsonValueKind.Undefined } value
        ? value.ValueKind == JsonValueKind.Null ? "null" : $"a {DatasetRow.KindName(value)}" : "missing";

    private sealed class RowFaultException(string message) : Exception(message)
    {
        public string? System { get; init; } = "";

        public string? Tools { get; init; } = "";
    }
}
