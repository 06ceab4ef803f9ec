using System.Text;
using System.Text.Json;

namespace Pipeline.Models.Datasets;

/// <summary>Collects the messages of a row, under the same names of roles whatever the file calls them.</summary>
internal sealed class UserMessages(DatasetRow row)
{
    private const string Picture = "<image>";

    private static readonly Dictionary<string, string> Roles = new(StringComparer.OrdinalIgnoreCase)
    {
        ["system"] = "system",
        ["developer"] = "system",
        ["user"] = "user",
        ["human"] = "user",
        ["prompter"] = "user",
        ["assistant"] = "assistant",
        ["gpt"] = "assistant",
        ["model"] = "assistant",
        ["bot"] = "assistant",
        ["chatgpt"] = "assistant",
        ["function_call"] = "tool_call",
        ["tool_call"] = "tool_call",
        ["observation"] = "tool",
        ["tool"] = "tool",
        ["function"] = "tool",
    };

    private readonly List<UserMessage> _messages = new();

    /// <summary>Pictures that stood inside messages, in order.</summary>
    public List<string> Images { get; } = new();

    public void Add(string role, string content)
    {
        // A system message of the conversation itself stands for the one of the column.
        if (role == "system" && _messages is [{ Role: "system" }]) _messages.Clear();
        _messages.Add(new UserMessage(role, content));
    }

    /// <summary>LLaMA-Factory's <c>history</c>: earlier questions with their answers.</summary>
    public void AddHistory(string column)
    {
        JsonElement turns = column.Length == 0 ? default : row.Value(column);
        if (turns.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null) return;
        if (turns.ValueKind == JsonValueKind.String && turns.GetString()!.Trim() is "" or "[]") return;
        if (turns.ValueKind != JsonValueKind.Array) throw row.Error(column, "must be a list of [question, answer] pairs");
        int number = 0;
        foreach (JsonElement turn in turns.EnumerateArray())
        {
            number++;
            if (turn.ValueKind != JsonValueKind.Array || turn.GetArrayLength() != 2
                || turn.EnumerateArray().Any(part => part.ValueKind != JsonValueKind.String))
                throw row.Error(column, $"has a turn {number} that is not a [question, answer] pair");
            Add("user", turn[0].GetString()!);
            Add("assistant", turn[1].GetString()!);
        }
    }

    public void AddAll(string column, JsonElement list, DatasetColumns? columns)
    {
        if (list.ValueKind != JsonValueKind.Array) throw row.Error(column, "is missing; expected a list of messages");
        int number = 0;
        foreach (JsonElement message in list.EnumerateArray())
            AddOne(column, message, columns, ++number);
    }

    /// <summary>The text of an answer: as it stands, a message, or the last message of a conversation.</summary>
    public static string AnswerOf(DatasetRow row, string column)
    {
        JsonElement value = row.Value(column);
        if (value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object)) return row.Text(column);
        UserMessages messages = new(row);
        if (value.ValueKind == JsonValueKind.Object) messages.AddOne(column, value, null, 1);
        else messages.AddAll(column, value, null);
        return messages._messages is [.., { Role: "assistant" } last] ? last.Content
            : throw row.Error(column, "does not end with an answer");
    }

    /// <exception cref="InputException">The order of turns is one that nothing can be learned from.</exception>
    public void Check(string column, bool endsOpen)
    {
        List<string> roles = [.. _messages.Select(message => message.Role)];
        if (roles.Count > 0 && roles[0] == "system") roles.RemoveAt(0);
        string wanted = endsOpen ? "a question" : "an answer";
        if (roles.Count == 0) throw row.Error(column, "holds no message");
        if (roles[0] != "user") throw row.Error(column, $"begins with '{roles[0]}'; expected a message of the user");
        for (int i = 1; i < roles.Count; i++)
        {
            bool fits = roles[i] switch
            {
                "user" => roles[i - 1] is "assistant",
                "assistant" => roles[i - 1] is "user" or "tool",
                "tool_call" => roles[i - 1] is "user" or "assistant" or "tool",
                "tool" => roles[i - 1] is "tool_call" or "tool",
                _ => false,
            };
            if (!fits) throw row.Error(column, $"has '{roles[i]}' after '{roles[i - 1]}'; expected question and answer in turn");
        }
        bool ends = endsOpen ? roles[^1] is "user" or "tool" : roles[^1] is "assistant" or "tool_call";
        if (!ends) throw row.Error(column, $"must end with {wanted}, and ends with '{roles[^1]}'");
        if (_messages.Any(message => message.Role == "user" && message.Content.Trim().Length == 0))
            throw row.Error(column, "has an empty question");
    }

    /// <summary>The messages; pictures without a place stand before the first question.</summary>
    /// <exception cref="InputException">There are more places for pictures than pictures.</exception>
    public IReadOnlyList<UserMessage> WithPictures(int pictures)
    {
        if (pictures == 0) return _messages;
        int places = _messages.Sum(message => Count(message.Content));
        if (places > pictures) throw row.Error("images", $"has {pictures} pictures, and the messages have places for {places}");
        int first = _messages.FindIndex(message => message.Role == "user");
        return [.. _messages.Select((message, i) => i != first ? message : message with
        {
            Content = string.Concat(Enumerable.Repeat(Picture, pictures - places)) + message.Content,
        })];
    }

    private static int Count(string content)
    {
        int count = 0;
        for (int at = 0; (at = content.IndexOf(Picture, at, StringComparison.Ordinal)) >= 0; at += Picture.Length) count++;
        return count;
    }

    private void AddOne(string column, JsonElement message, DatasetColumns? columns, int number)
    {
        if (message.ValueKind != JsonValueKind.Object) throw row.Error(column, $"has message {number} that is not an object");
        string role = RoleOf(column, message, columns, number);
        JsonElement content = Part(message, columns?.ContentTag, "content", "value", "text");
        if (role == "assistant" && message.TryGetProperty("tool_calls", out JsonElement calls)
            && calls.ValueKind == JsonValueKind.Array && calls.GetArrayLength() > 0)
        {
            if (Content(column, content, number) is { Length: > 0 } said) Add("assistant", said);
            Add("tool_call", Calls(calls));
            return;
        }
        if (content.ValueKind is JsonValueKind.Undefined) throw row.Error(column, $"has message {number} without text");
        Add(role, Content(column, content, number));
    }

    private string RoleOf(string column, JsonElement message, DatasetColumns? columns, int number)
    {
        JsonElement given = Part(message, columns?.RoleTag, "role", "from", "speaker");
        string name = given.ValueKind == JsonValueKind.String ? given.GetString()!
            : throw row.Error(column, $"has message {number} without a role");
        if (columns is not null)
        {
            // The file's own tags first; the usual names are understood beside them.
            if (name == columns.UserTag) return "user";
            if (name == columns.AssistantTag) return "assistant";
            if (name == columns.SystemTag) return "system";
            if (name == columns.ObservationTag) return "tool";
            if (name == columns.FunctionTag) return "tool_call";
        }
        return Roles.TryGetValue(name, out string? role) ? role
            : throw row.Error(column, $"has message {number} from '{name}'; expected system, user, assistant or tool");
    }

    private static JsonElement Part(JsonElement message, string? tag, params ReadOnlySpan<string> usual)
    {
        if (tag is not null && message.TryGetProperty(tag, out JsonElement part)) return part;
        foreach (string name in usual)
            if (message.TryGetProperty(name, out part)) return part;
        return default;
    }

    /// <summary>Text as it stands, or the parts that OpenAI's protocol divides it into.</summary>
    private string Content(string column, JsonElement content, int number)
    {
        switch (content.ValueKind)
        {
            case JsonValueKind.String:
                return content.GetString()!;
            case JsonValueKind.Undefined or JsonValueKind.Null:
                return "";
            case JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                return content.GetRawText();
            case JsonValueKind.Object:
                return content.GetRawText();          // arguments of a call, or what a tool answered
        }
        StringBuilder text = new();
        foreach (JsonElement part in content.EnumerateArray())
        {
            if (part.ValueKind == JsonValueKind.String) text.Append(part.GetString());
            else if (part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out JsonElement words)
                && words.ValueKind == JsonValueKind.String) text.Append(words.GetString());
            else if (Address(part) is { } address)
            {
                Images.Add(address);
                text.Append(Picture);
            }
            else throw row.Error(column, $"has message {number} with a part that is neither text nor a picture");
        }
        return text.ToString();
    }

    private static string? Address(JsonElement part)
    {
        if (part.ValueKind != JsonValueKind.Object) return null;
        foreach (string name in (string[])["image_url", "image", "url"])
        {
            if (!part.TryGetProperty(name, out JsonElement value)) continue;
            if (value.ValueKind == JsonValueKind.Object && value.TryGetProperty("url", out JsonElement url)) value = url;
            if (value.ValueKind == JsonValueKind.String) return value.GetString();
        }
        return null;
    }

    /// <summary>Calls as LLaMA-Factory writes them: name and arguments.</summary>
    private static string Calls(JsonElement calls)
    {
        object[] plain = [.. calls.EnumerateArray().Select(call =>
        {
            JsonElement function = call.ValueKind == JsonValueKind.Object && call.TryGetProperty("function", out JsonElement given)
                ? given : call;
            JsonElement arguments = function.ValueKind == JsonValueKind.Object
                && function.TryGetProperty("arguments", out JsonElement value) ? value : default;
            return (object)new
            {
                name = function.ValueKind == JsonValueKind.Object && function.TryGetProperty("name", out JsonElement name)
                    && name.ValueKind == JsonValueKind.String ? name.GetString() : "",
                arguments = arguments.ValueKind == JsonValueKind.String ? Parsed(arguments.GetString()!)
                    : arguments.ValueKind == JsonValueKind.Undefined ? (object)new { } : arguments,
            };
        })];
        return JsonSerializer.Serialize(plain.Length == 1 ? plain[0] : plain, Relaxed);
    }

    private static object Parsed(string arguments)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(arguments);
            return json.RootElement.Clone();
        }
        catch (JsonException)
        {
            return arguments;
        }
    }

    private static readonly JsonSerializerOptions Relaxed = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
