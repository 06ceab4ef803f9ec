using System.Text.Json;

namespace Pipeline.Models.Datasets;

/// <summary>
/// Which columns and tags of a file hold what: LLaMA-Factory's defaults, or what <c>dataset_info.json</c> says.
/// Reference: hiyouga/LLaMA-Factory, src/llamafactory/data/parser.py.
/// </summary>
internal sealed record DatasetColumns
{
    public bool IsConversation { get; init; }

    public string Instruction { get; init; } = "instruction";

    public string Input { get; init; } = "input";

    public string Output { get; init; } = "output";

    public string History { get; init; } = "history";

    public string System { get; init; } = "system";

    public string Messages { get; init; } = "conversations";

    public string RoleTag { get; init; } = "from";

    public string ContentTag { get; init; } = "value";

    public string UserTag { get; init; } = "human";

    public string AssistantTag { get; init; } = "gpt";

    public string ObservationTag { get; init; } = "observation";

    public string SystemTag { get; init; } = "system";

    /// <summary>The columns of a file without a description, from the keys of its first row.</summary>
    public static DatasetColumns Guess(DatasetRow first)
    {
        if (first.Value("conversations").ValueKind == JsonValueKind.Array) return new DatasetColumns { IsConversation = true };
        if (first.Value("messages").ValueKind != JsonValueKind.Array) return new DatasetColumns();
        return new DatasetColumns
        {
            IsConversation = true,
            Messages = "messages",
            RoleTag = "role",
            ContentTag = "content",
            UserTag = "user",
            AssistantTag = "assistant",
            ObservationTag = "tool",
        };
    }

    /// <summary>The columns that an entry of <c>dataset_info.json</c> names.</summary>
    /// <exception cref="InputException">Another <c>formatting</c> than alpaca or sharegpt, or a preference dataset.</exception>
    public static DatasetColumns Read(JsonElement entry, string where)
    {
        string formatting = Text(entry, "formatting", "alpaca");
        if (formatting is not ("alpaca" or "sharegpt"))
            throw new InputException($"{where}: formatting is '{formatting}'; supported are alpaca and sharegpt");
        if (entry.TryGetProperty("ranking", out JsonElement ranking) && ranking.ValueKind == JsonValueKind.True)
            throw new InputException($"{where}: ranking is true; supported is supervised data (ranking false)");

        JsonElement columns = entry.TryGetProperty("columns", out JsonElement given) ? given : default;
        JsonElement tags = entry.TryGetProperty("tags", out given) ? given : default;
        return new DatasetColumns
        {
            IsConversation = formatting == "sharegpt",
            Instruction = Text(columns, "prompt", "instruction"),
            Input = Text(columns, "query", "input"),
            Output = Text(columns, "response", "output"),
            History = Text(columns, "history", "history"),
            System = Text(columns, "system", "system"),
            Messages = Text(columns, "messages", "conversations"),
            RoleTag = Text(tags, "role_tag", "from"),
            ContentTag = Text(tags, "content_tag", "value"),
            UserTag = Text(tags, "user_tag", "human"),
            AssistantTag = Text(tags, "assistant_tag", "gpt"),
            ObservationTag = Text(tags, "observation_tag", "observation"),
            SystemTag = Text(tags, "system_tag", "system"),
        };
    }

    private static string Text(JsonElement parent, string key, string fallback) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(key, out JsonElement value)
            && value.ValueKind == JsonValueKind.String ? value.GetString()! : fallback;
}
