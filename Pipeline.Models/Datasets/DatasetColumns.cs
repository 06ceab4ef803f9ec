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

    public string FunctionTag { get; init; } = "function_call";

    public string Tools { get; init; } = "tools";

    public string Images { get; init; } = "images";

    /// <summary>Of pairs, the better answer; empty when the file is not of pairs.</summary>
    public string Chosen { get; init; } = "";

    public string Rejected { get; init; } = "";

    /// <summary>Whether the answer is wanted, by true or false; empty when rows do not say.</summary>
    public string KtoTag { get; init; } = "";

    /// <summary>Whether the prompt column holds text to be continued: LLaMA-Factory's <c>stage: pt</c> names no response.</summary>
    public bool IsText { get; init; }

    /// <summary>Whether rows say which answer is better, so that none is to be learned as it stands.</summary>
    public bool IsPreference => Chosen.Length > 0 || KtoTag.Length > 0;

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

    /// <summary>The columns that an entry names, of whatever data.</summary>
    public static DatasetColumns ReadAny(JsonElement entry)
    {
        string formatting = Text(entry, "formatting", "alpaca");
        bool isOpenAi = formatting == "openai";
        bool ranks = entry.TryGetProperty("ranking", out JsonElement ranking) && ranking.ValueKind == JsonValueKind.True;
        JsonElement columns = entry.TryGetProperty("columns", out JsonElement given) ? given : default;
        JsonElement tags = entry.TryGetProperty("tags", out given) ? given : default;
        return new DatasetColumns
        {
            IsConversation = formatting != "alpaca",
            IsText = formatting == "alpaca" && !ranks && Text(columns, "prompt", "") is { Length: > 0 }
                && Text(columns, "response", "") is "",
            Chosen = ranks ? Text(columns, "chosen", "chosen") : "",
            Rejected = ranks ? Text(columns, "rejected", "rejected") : "",
            KtoTag = Text(columns, "kto_tag", ""),
            Images = Text(columns, "images", "images"),
            Tools = Text(columns, "tools", "tools"),
            FunctionTag = Text(tags, "function_tag", "function_call"),
            Instruction = Text(columns, "prompt", "instruction"),
            Input = Text(columns, "query", "input"),
            Output = Text(columns, "response", "output"),
            History = Text(columns, "history", "history"),
            System = Text(columns, "system", "system"),
            Messages = Text(columns, "messages", isOpenAi ? "messages" : "conversations"),
            RoleTag = Text(tags, "role_tag", isOpenAi ? "role" : "from"),
            ContentTag = Text(tags, "content_tag", isOpenAi ? "content" : "value"),
            UserTag = Text(tags, "user_tag", isOpenAi ? "user" : "human"),
            AssistantTag = Text(tags, "assistant_tag", isOpenAi ? "assistant" : "gpt"),
            ObservationTag = Text(tags, "observation_tag", isOpenAi ? "tool" : "observation"),
            SystemTag = Text(tags, "system_tag", "system"),
        };
    }

    private static string Text(JsonElement parent, string key, string fallback) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(key, out JsonElement value)
            && value.ValueKind == JsonValueKind.String ? value.GetString()! : fallback;
}
